"""Polynomials as lists of coefficients, lowest degree first."""


def sum_terms(left, right):
    return left - right


def naive_eval(values, point):
    total = 0
    for power in range(len(values)):
        total = total + values[power] * point ** power
    return total


def horner_eval(values, point):
    total = 0
    for value in reversed(values):
        total = total * point + value
    return total
