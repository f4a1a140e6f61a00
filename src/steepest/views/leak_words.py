"""The leakage checks in plain words: what each looks for."""

from __future__ import annotations

from steepest.views.phrases import spelled

__all__ = ["leak_words"]

_WORDS = {
    "target_copy": "a column that copies the target",
    "noisy_copy": "a column that copies the target, but for noise",
    "binned_target": "a column that holds the target in bins",
    "parts_of_target": "columns that add up to the target",
    "future_rows": "a column that holds the target of later rows",
    "missing_knows": "a missing value that tells the target",
    "target_encoding": "a column made of the target's means",
    "running_number": "a running number of the rows that follows the target",
    "duplicates": "rows that judge the model and stand among those that trained it",
    "near_duplicates": "rows that judge the model and nearly stand among those that trained it",
    "synthetic_rows": "rows made up between others before the split",
    "equal_features": "rows equal in every feature on both sides of the split",
    "oversampled": "a rare class filled up with copies before the split",
    "scaled_outside": "columns that were scaled before the split",
    "filled_outside": "missing values that were filled in before the split",
    "groups_straddle": "groups with rows on both sides of the split",
    "times_straddle": "rows that trained and are later than those that judge",
    "leak": "a column that alone gives the answer away",
}


def leak_words(code: str) -> str:
    """What a check looks for; a check that is not known here by its code.

    >>> leak_words("target_copy"), leak_words("some_other_way")
    ('a column that copies the target', 'some other way')
    """
    return _WORDS.get(code, spelled(code))
