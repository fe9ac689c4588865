"""Encoders: what turns texts, pictures and sound into vectors."""
