"""docs/privacy: the record of processing and the template of an impact assessment, filled from the event catalogue (UU PDP, articles 31 and 34)."""
