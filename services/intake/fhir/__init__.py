"""FHIR R4 for whoever sends a child to a school: ServiceRequest and Task in, and the school's answer by Task (ADR 95)."""
