"""Import path of third-party code; the expressions live in `chromadb.model.expression`."""
