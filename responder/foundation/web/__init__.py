"""Pages and API alike: context of a request, templates, problems, guards, static files."""
