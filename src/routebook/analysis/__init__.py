"""Proofs about policies: which rules leads reach, which leads no rule takes, what an edit changes.

A policy is cut into a finite model (`space`): every field into classes of values that no condition of the
policy tells apart. Rules become boxes over those classes, and a lazy search (`search`) answers whether any
lead is in one box and in none of the others. Everything else is asked through that one question.
"""
