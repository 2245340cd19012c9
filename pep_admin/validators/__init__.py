"""What makes a record acceptable: checks that return findings, one module a subject; forms.py is their only door to WTForms."""
