/** Edits as models write them: a selection in a prompt, and an answer that repeats it but for what was asked for. Written for this. */
export interface RecordedEdit {
  readonly name: string;
  readonly prompt: string;
  readonly answer: string;
}

const cart = `export class Cart {
  private readonly items: Item[] = [];

  add(item: Item): void {
    const existing = this.items.find((each) => each.id === item.id);
    if (existing) {
      existing.quantity += item.quantity;
      return;
    }
    this.items.push({ ...item });
  }

  remove(id: string): void {
    const index = this.items.findIndex((each) => each.id === id);
    this.items.splice(index, 1);
  }

  total(): number {
    let sum = 0;
    for (let i = 0; i <= this.items.length; i++) {
      sum += this.items[i].price * this.items[i].quantity;
    }
    return sum;
  }
}`;

const stats = `def summarise(values):
    total = 0
    for value in values:
        total += value
    mean = total / len(values)
    squares = 0
    for value in values:
        squares += (value - mean) ** 2
    variance = squares / (len(values) - 1)
    return {"mean": mean, "variance": variance, "count": len(values)}


def normalise(values):
    summary = summarise(values)
    spread = summary["variance"] ** 0.5
    return [(value - summary["mean"]) / spread for value in values]`;

const parse = `fn parse_line(line: &str) -> Option<(String, i64)> {
    let mut parts = line.split('=');
    let key = parts.next().unwrap().trim().to_string();
    let value = parts.next().unwrap().trim().parse::<i64>().unwrap();
    if key.is_empty() {
        return None;
    }
    Some((key, value))
}`;

const fenced = (language: string, code: string): string => `\`\`\`${language}\n${code}\n\`\`\``;

export const recordedEdits: readonly RecordedEdit[] = [
  {
    name: 'fix',
    prompt: `Fix the problem in the selected code.\n\n${fenced('typescript', cart)}`,
    answer: `The loop in \`total\` reads one item too many, and \`remove\` takes away the last item when there is none of that id.\n\n${fenced(
      'typescript',
      cart
        .replace('i <= this.items.length', 'i < this.items.length')
        .replace('this.items.splice(index, 1);', 'if (index >= 0) this.items.splice(index, 1);'),
    )}`,
  },
  {
    name: 'document',
    prompt: `Document the selected code.\n\n${fenced('python', stats)}`,
    answer: fenced(
      'python',
      stats
        .replace('def summarise(values):\n', 'def summarise(values):\n    """Return mean, sample variance and count of the values."""\n')
        .replace('def normalise(values):\n', 'def normalise(values):\n    """Scale the values to mean 0 and standard deviation 1."""\n'),
    ),
  },
  {
    name: 'improve',
    prompt: `Improve the selected code.\n\n${fenced('rust', parse)}`,
    answer: `I use \`split_once\` and return \`None\` where the line has no value, in place of a panic.\n\n${fenced(
      'rust',
      parse
        .replace(
          "    let mut parts = line.split('=');\n    let key = parts.next().unwrap().trim().to_string();\n",
          "    let (key, value) = line.split_once('=')?;\n    let key = key.trim().to_string();\n",
        )
        .replace('parts.next().unwrap().trim().parse::<i64>().unwrap()', 'value.trim().parse::<i64>().ok()?'),
    )}`,
  },
];
