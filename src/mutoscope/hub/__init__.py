"""Large open models through diffusers, behind the same command."""
