"""What leaves the building: the PDF of a PEP and the payment file.

Builders take values that were read and filtered elsewhere and give back bytes. They know no web, no database session and nobody's
permissions; who may have a document is decided before one is built.
"""
