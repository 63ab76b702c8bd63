"""Arabic: Django knows no day with a time, writes it the English way, and groups digits unlike our texts."""

DATE_FORMAT = "j F Y"
# No break before ص or م: it would stand alone on the next line.
TIME_FORMAT = "g:i\N{NO-BREAK SPACE}A"
DATETIME_FORMAT = "j F Y، g:i\N{NO-BREAK SPACE}A"
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
