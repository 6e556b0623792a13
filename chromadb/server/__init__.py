"""The database over HTTP: routes, wire types, errors, the OpenAPI description; no database logic."""
