"""Versions: of the engine, and of the rulebook language (grammar and meaning)."""

ENGINE = "0.1.0"
LANGUAGE = "1"
