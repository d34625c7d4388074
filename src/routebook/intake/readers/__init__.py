"""Files of leads: one module a format, each a row of `formats.FORMATS`."""
