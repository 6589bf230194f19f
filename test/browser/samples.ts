/** Texts as a reasoning model writes them. */

export const mathThought = `Okay, so I have $ab = a + b + 3$ with both numbers positive, and I need the range of $a + b$. Let me call the sum $s$ and the product $p$.

Then $p = s + 3$. For two positive numbers with sum $s$ the product is at most $s^2/4$.

Wait, which direction does this give? $s + 3 \\le s^2/4$ is an upper bound on the product, so it is a lower bound on the sum. That is the one I need.

So $s^2 - 4s - 12 \\ge 0$, that is $(s-6)(s+2) \\ge 0$.

Alternatively, $b = (a+3)/(a-1)$ with $a > 1$, and then the derivative of the sum vanishes at $a = 3$. The same value.`;

export const mathAnswer = `Let \\(s = a + b\\). For positive \\(a, b\\) the product is at most \\(s^2/4\\), so the condition gives

\\[
s + 3 = ab \\le \\frac{s^2}{4}
\\]

which is \\((s - 6)(s + 2) \\ge 0\\). As \\(s > 0\\), this means \\(s \\ge 6\\), with equality at \\(a = b = 3\\). Every larger value is reached too.

$$\\boxed{a + b \\ge 6}$$
`;

export const codeAnswer = `The loop computes \`x ** i\` anew for each term. **Horner’s scheme** nests the polynomial, so each step is one product and one sum:

$$a_0 + a_1 x + a_2 x^2 + a_3 x^3 + a_4 x^4 = a_0 + x\\left(a_1 + x\\left(a_2 + x\\left(a_3 + x\\, a_4\\right)\\right)\\right)$$

\`\`\`python
def horner(coeffs, x):
    """Evaluates a polynomial."""
    total = 0
    for c in reversed(coeffs):
        total = total * x + c  # one product, one sum
    return total
\`\`\`

| Degree | Products before | Products now |
|---|---|---|
| 8 | 36 | 8 |
| 32 | 528 | 32 |
| 128 | 8,256 | 128 |
`;

export const mixedMarkdown = `## What changes

1. The first point costs $5 and $6, so it stays text.
2. A [link](https://example.org/a?b=c&d) and a [late one][late], an image ![plot](https://example.org/x.png).
   - nested with \\(x_1 + x_2\\)
   - and code \`a[0]\`

> A quoted remark with *emphasis* and **strength**.

Bare environment:

\\begin{align*}
f(x) &= (x-1)(x+2) \\\\[2pt]
     &= x^2 + x - 2
\\end{align*}

Setext heading
---

- [x] done
- [ ] open

~~~
plain fence
~~~

    indented code

The rest, J[g](x) = \\(J[g](x)\\), H<sub>2</sub>O, List<T> and <b>bold</b> & more.

| a | b |
|:--|--:|
| $x$ | 1 |

[late]: https://example.org/late "Title"

The end\\
of it all.`;

/** Names files; those of `placesFound` are there. */
export const placesText = `The loop in \`poly.py:12\` calls src/scale.ts:3:7 and poly.py, but not missing.py. So $x_1$ and [scale.ts](https://example.org/scale.ts) stay.

- Change \`python poly.py\` to \`src/scale.ts\` here, as \`items.length\` tells.

| File | Use |
|---|---|
| poly.py | $f(x)$ |
`;

export const placesFound = ['poly.py', 'src/scale.ts'];
