"""The rules that keep the repository and its tests in order."""
