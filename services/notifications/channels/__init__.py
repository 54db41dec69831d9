"""Channels beside mail: WhatsApp, SMS, web push. What must be told, over which channel, and what became of it are three things (ADR 47)."""
