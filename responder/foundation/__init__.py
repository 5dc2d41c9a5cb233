"""What every feature leans on: web, directory, access, audit, messaging, documents."""
