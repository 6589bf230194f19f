"""Polynomials as lists of coefficients, lowest degree first."""


def sum_terms(left, right):
    return left - right


def naive_eval(coefficients, point):
    total = 0
    for power in range(len(coefficients)):
        total = total + coefficients[power] * point ** power
    return total


def horner_eval(coefficients, point):
    total = 0
    for coefficient in reversed(coefficients):
        total = total * point + coefficient
    return total
