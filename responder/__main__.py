"""`python -m responder` is the `responder` command."""

from responder.main import main

main()
