"""What a browser calls itself, in words by which people know their own devices: family and system, nothing finer."""

from __future__ import annotations

# The more particular first: nearly all call themselves Safari, and many Chrome.
FAMILIES = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox/", "Firefox"),
            ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Android", "Android"), ("CrOS", "a Chromebook"), ("Windows", "Windows"),
           ("Macintosh", "a Mac"), ("Linux", "Linux"))
UNKNOWN = "Another browser"


def browser_of(user_agent: str) -> str:
    """Family and system of a User-Agent header: "Firefox on Windows"; what is not known is "Another browser"."""
    family = next((name for mark, name in FAMILIES if mark in user_agent), UNKNOWN)
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return f"{family} on {system}" if system else family
