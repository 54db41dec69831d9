"""Figures for whoever leads a school or looks after schools: tables with pictures, each number with the list behind it (people.md, The desk)."""
