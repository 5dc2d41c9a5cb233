"""The register of hazard sources: what may make an accident worse, where it lies, and how we know."""
