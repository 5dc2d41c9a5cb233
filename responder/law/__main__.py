"""`python -m responder.law`: the same as `responder assess`, without the rest of the product."""

from responder.law.cli import assess

if __name__ == "__main__":
    assess(prog_name="responder assess")
