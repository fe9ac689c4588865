"""Floor 2: what each table promises, and the audit that holds it to that before it is published."""
