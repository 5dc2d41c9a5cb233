"""What the operator does to keep an installation: backup, restore, doctor."""
