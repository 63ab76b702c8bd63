"""How days, times and numbers are written where Django's own way of a language would not do."""
