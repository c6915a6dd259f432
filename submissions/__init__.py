"""Everything that must not be lost: packs, drafts, submissions, deliveries."""
