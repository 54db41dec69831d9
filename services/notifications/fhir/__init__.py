"""FHIR R4 for agencies: referrals as Task and ServiceRequest, the directory as Organization and HealthcareService.

Shaped after SDOH Clinical Care 3.0.0; a *Referral Recipient - Light* is a client of ours (ADR 48).
"""
