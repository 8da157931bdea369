"""The sectors that every installation starts with. Bits are for ever: add to the end, never renumber."""

FIRST_SECTORS: tuple[tuple[int, str, str], ...] = (
    (0, "social_care", "Children’s social care"),
    (1, "education", "Education"),
    (2, "health", "Health"),
    (3, "police", "Police"),
    (4, "voluntary", "Voluntary and community"),
    (5, "housing", "Housing"),
    (6, "probation", "Probation"),
    (7, "other", "Other"),
)
