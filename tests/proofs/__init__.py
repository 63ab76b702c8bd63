"""Proofs by attack: histories against an oracle, no back door, and interleavings."""
