"""The machinery of one small server: database settings, mail, the background worker and the check before deployment.

It serves whichever application mounted the plugin and knows neither its users nor its pages.
"""
