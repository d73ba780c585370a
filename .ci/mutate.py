"""What a wrong change looks like: every small edit of a cell of exported code, by its syntax tree.

Left out, because no result of a computation depends on them: reprs and cards (what a notebook prints of an object), functions that
draw, texts of messages and of print, annotations, decorators. An error that is no longer raised is in.
"""
import ast, re

compare = dict(Lt=('<', '<='), LtE=('<=', '<'), Gt=('>', '>='), GtE=('>=', '>'), Eq=('==', '!='), NotEq=('!=', '=='),
               Is=('is', 'is not'), IsNot=('is not', 'is'), In=('in', 'not in'), NotIn=('not in', 'in'))
arithmetic = dict(Add=('+', '-'), Sub=('-', '+'), Mult=('*', '/'), Div=('/', '*'), FloorDiv=('//', '*'), Mod=('%', '*'), Pow=('**', '*'),
                  BitAnd=('&', '|'), BitOr=('|', '&'))
pairs = [('min', 'max'), ('any', 'all'), ('argmin', 'argmax'), ('floor', 'ceil'), ('zeros', 'ones'), ('sum', 'mean'), ('amin', 'amax'),
         ('minimum', 'maximum'), ('logical_and', 'logical_or'), ('union', 'intersection'), ('issubset', 'issuperset'),
         ('parents', 'children'), ('ancestors', 'descendants'), ('predecessors', 'successors')]
names = dict(pairs) | {b: a for a, b in pairs}
words = dict(left='right', right='left', train='test', validation='test', test='validation')     # strings that decide something
silent = {'print', 'progress_bar', 'warn', 'card', 'heading', 'log', 'isinstance', 'issubclass', 'getattr', 'setattr', 'hasattr', 'field', 'TypeVar', 'add_argument', 'add_parser'}

def draws(f):
    "Whether a function only draws or prints"
    arguments = {a.arg for a in (*f.args.posonlyargs, *f.args.args, *f.args.kwonlyargs)}
    return bool(re.match(r'_?(plot|draw|show)|__repr__|__str__|_repr_|_html|_card', f.name) or arguments & {'ax', 'axes'}) \
        or any(isinstance(n, ast.Name) and n.id in ('plt', 'card') for n in ast.walk(f))

class Edits(ast.NodeVisitor):
    "Collects (kind, first byte, last byte, new text)"
    def __init__(self, source):
        self.text, self.found, self.locals, self.inside = source.encode(), [], [], []
        self.starts = [0]
        for line in self.text.splitlines(keepends=True): self.starts.append(self.starts[-1] + len(line))
        self.visit(ast.parse(source))

    def at(self, node): return self.starts[node.lineno - 1] + node.col_offset
    def end(self, node): return self.starts[node.end_lineno - 1] + node.end_col_offset
    def of(self, node): return self.text[self.at(node):self.end(node)].decode()
    def put(self, kind, node, new): self.found.append((kind, self.at(node), self.end(node), new))
    def between(self, kind, left, right, old, new):
        a, b = self.end(left), self.at(right)
        m = re.search(rf'(?<![\w<>=!*/]){re.escape(old)}(?![\w<>=*/])' if not old[0].isalpha() else rf'\b{old}\b', self.text[a:b].decode())
        if m: self.found.append((kind, a + m.start(), a + m.end(), new))

    def visit_FunctionDef(self, f):
        if draws(f): return
        for d in (*f.args.defaults, *(d for d in f.args.kw_defaults if d)): self.visit(d)
        self.locals.append(sorted({t.id for n in ast.walk(f) if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}))
        self.inside.append(f.name)
        for s in f.body: self.visit(s)
        self.locals.pop(); self.inside.pop()
    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, c):
        for s in c.body: self.visit(s)
    def visit_AnnAssign(self, n):
        if n.value: self.visit(n.value)
    def visit_JoinedStr(self, n): pass
    def visit_Import(self, n): pass
    def visit_ImportFrom(self, n): pass
    def visit_Assert(self, n): self.put('assertion removed', n, 'pass'); self.visit(n.test)

    def visit_Raise(self, n):
        if n.exc: self.put('error not raised', n, 'pass')
    def visit_Continue(self, n): self.put('continue removed', n, 'pass')
    def visit_Break(self, n): self.put('break removed', n, 'pass')

    def visit_Expr(self, n):
        if isinstance(n.value, ast.Constant): return                     # a docstring
        if isinstance(n.value, ast.Call) and self.called(n.value) not in silent and self.inside: self.put('call removed', n, 'pass')
        self.visit(n.value)

    def visit_Assign(self, n):
        target = n.targets[0]
        own = isinstance(target, ast.Attribute) and self.inside and self.inside[-1] in ('__init__', '__post_init__')
        if isinstance(target, (ast.Subscript, ast.Attribute)) and not own and self.inside: self.put('assignment removed', n, 'pass')
        if isinstance(target, ast.Name) and len(n.targets) == 1 and any(isinstance(m, ast.Name) and m.id == target.id for m in ast.walk(n.value)):
            self.put('assignment removed', n, 'pass')
        if not (isinstance(target, ast.Name) and target.id in ('__all__',)): self.generic_visit(n)

    def visit_AugAssign(self, n):
        self.between('sum replaced', n.target, n.value, type_sign(n.op) + '=', '=') if type_sign(n.op) else None
        self.visit(n.value)

    def visit_Return(self, n):
        if isinstance(n.value, ast.Name) and self.locals:
            others = [v for v in self.locals[-1] if v != n.value.id and not v.startswith('_')]
            if others: self.put('another local returned', n.value, others[0])
        if n.value: self.visit(n.value)

    def visit_If(self, n):
        self.put('condition turned', n.test, f'not ({self.of(n.test)})'); self.generic_visit(n)
    def visit_IfExp(self, n):
        self.put('condition turned', n.test, f'not ({self.of(n.test)})'); self.generic_visit(n)
    def visit_comprehension(self, n):
        for c in n.ifs: self.put('filter removed', c, 'True')
        self.generic_visit(n)

    def visit_Compare(self, n):
        for op, left, right in zip(n.ops, (n.left, *n.comparators), n.comparators):
            self.between('comparison', left, right, *compare[type(op).__name__])
        self.generic_visit(n)

    def visit_BinOp(self, n):
        texts = (ast.JoinedStr, ast.List, ast.Dict, ast.ListComp, ast.Tuple)
        said = any(isinstance(s, texts) or isinstance(s, ast.Constant) and isinstance(s.value, str) for s in (n.left, n.right))
        if not said and type(n.op).__name__ in arithmetic: self.between('arithmetic', n.left, n.right, *arithmetic[type(n.op).__name__])
        self.generic_visit(n)

    def visit_BoolOp(self, n):
        swap = ('and', 'or') if isinstance(n.op, ast.And) else ('or', 'and')
        for left, right in zip(n.values, n.values[1:]): self.between('and, or', left, right, *swap)
        self.generic_visit(n)

    def visit_UnaryOp(self, n):
        if isinstance(n.op, (ast.Not, ast.USub, ast.Invert)): self.put('sign or not removed', n, self.of(n.operand))
        self.generic_visit(n)

    def visit_Constant(self, n):
        v = n.value
        if isinstance(v, bool): self.put('True, False', n, str(not v))
        elif isinstance(v, int): self.put('constant', n, str(v + 1)); self.put('constant', n, f'{v - 1}' if v else '-1')
        elif isinstance(v, float): self.put('constant', n, repr(v*2) if v else '1.')
        elif isinstance(v, str) and v in words: self.put('word', n, repr(words[v]))

    def visit_Slice(self, n):
        for b in (n.lower, n.upper):
            if b and not isinstance(b, ast.Constant): self.put('slice shifted', b, f'({self.of(b)}) + 1')
        self.generic_visit(n)

    def called(self, n): return n.func.id if isinstance(n.func, ast.Name) else getattr(n.func, 'attr', '')

    def visit_Attribute(self, n):
        if n.attr in names: self.found.append(('name', self.end(n) - len(n.attr), self.end(n), names[n.attr]))
        self.visit(n.value)
    def visit_Name(self, n): pass

    def visit_Call(self, n):
        called = self.called(n)
        if called in silent: return
        if isinstance(n.func, ast.Name) and called in names: self.put('name', n.func, names[called])
        plain = [a for a in n.args if not isinstance(a, ast.Starred)]
        if len(plain) > 1 and len(plain) == len(n.args) and self.of(plain[0]) != self.of(plain[1]):
            a, b = plain[:2]
            self.found.append(('arguments swapped', self.at(a), self.end(b), self.of(b) + self.text[self.end(a):self.at(b)].decode() + self.of(a)))
        for i, k in enumerate(n.keywords):
            before = (*n.args, *(j.value for j in n.keywords))[len(n.args) + i - 1] if len(n.args) + i else None
            if k.arg and before: self.found.append(('argument left out', self.end(before), self.end(k.value), ''))
        self.generic_visit(n)

def type_sign(op): return arithmetic.get(type(op).__name__, ('',))[0]

def mutated(source):
    "(kind, mutated source) of every edit of a cell that parses and means something else"
    tree = ast.dump(ast.parse(source))
    for kind, a, b, new in Edits(source).found:
        text = source.encode()
        other = (text[:a] + new.encode() + text[b:]).decode()
        try: changed = ast.dump(ast.parse(other)) != tree
        except SyntaxError: continue
        if changed: yield kind, other
