"Is the house in order? Floors, faces, names of models outside their own chapters, numbers of notebooks. Each check lists what is wrong."
import ast, importlib, re, sys
from pathlib import Path

top = Path(__file__).resolve().parent.parent
package, nbs = top/'torchcell_nb', top/'nbs'

def floors():
    "chapter -> floor, from floors.txt"
    lines = [l for l in (top/'.ci/floors.txt').read_text().splitlines() if l.strip() and not l.startswith('#')]
    return {chapter: i for i, line in enumerate(lines) for chapter in line.split()}

def models(): return [c for c, i in floors().items() if i == floors()['dcell']]

# A chapter that is called by what it is about, not by its models
model_names = {'proteins': r'\btale\b|anc2vec', 'cells': r'genept|cell_mlp', 'factors': r'\bfactors\.|FactorsKind|BilinearKind|gibbs'}

def modules():
    "(chapter, path) of every exported module"
    for path in sorted(package.rglob('*.py')):
        inside = path.relative_to(package)
        if path.name in ('_modidx.py',) or inside.parts[0] == '__init__.py': continue
        yield (inside.parts[0] if len(inside.parts) > 1 else path.stem), path

def imported(path):
    "Modules of the package that a file imports, anywhere in it: (line, chapter)"
    here = ('torchcell_nb', *path.relative_to(package).with_suffix('').parts)
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import): names = [a.name for a in node.names]
        if isinstance(node, ast.ImportFrom):
            base = '.'.join(here[:len(here) - node.level]) if node.level else ''
            names = ['.'.join(p for p in (base, node.module) if p)]
        for name in names:
            parts = name.split('.')
            if parts[0] == 'torchcell_nb' and len(parts) > 1: yield node.lineno, parts[1]

def check_floors():
    at, bad = floors(), []
    for chapter, path in modules():
        if chapter not in at: bad.append(f'{path.relative_to(top)}: the chapter {chapter} has no floor in .ci/floors.txt')
        for line, other in imported(path):
            if chapter in at and other in at and other != chapter and at[other] >= at[chapter]:
                bad.append(f'{path.relative_to(top)} line {line}: {chapter} imports {other}, which is not on a lower floor')
    return bad

def check_faces():
    "The face of a chapter holds all public names of its sections, and nothing else"
    bad = []
    for chapter in floors():
        folder = package/chapter
        if not folder.is_dir(): continue
        face = importlib.import_module(f'torchcell_nb.{chapter}')
        wanted = set()
        for path in folder.glob('*.py'):
            if path.stem in ('__init__', 'commands'): continue
            section = importlib.import_module(f'torchcell_nb.{chapter}.{path.stem}')
            wanted |= set(section.__all__)
            if path.stem in section.__all__: bad.append(f'{chapter}.{path.stem}: a section and a name in it are called alike')
        bad += [f'{chapter}: {n} is not in the face' for n in sorted(wanted - set(face.__all__))]
        bad += [f'{chapter}: {n} is in the face and in no section' for n in sorted(set(face.__all__) - wanted)]
        bad += [f'{chapter}: dir() shows {n}' for n in dir(face) if n not in face.__all__]
        for name in face.__all__: getattr(face, name)
    return bad

def check_words():
    "Outside its own chapter nothing names a model"
    names = [model_names.get(c, c) for c in models()]
    words, bad = re.compile('|'.join(names), re.I), []
    for chapter, path in modules():
        if chapter in (*models(), 'all'): continue
        for i, line in enumerate(path.read_text().splitlines(), 1):
            if words.search(line) and not re.search(r'dcell_dna_repair|idekerlab', line): bad.append(f'{path.relative_to(top)} line {i}: {line.strip()[:90]}')
    return bad

def check_numbers():
    "One number, one notebook; a chapter notebook has a folder of its name"
    bad = []
    for folder in (nbs, *(p for p in nbs.iterdir() if p.is_dir())):
        numbers = [p.name.split('_')[0] for p in folder.glob('[0-9]*_*.ipynb')]
        bad += [f'{folder.relative_to(top)}: the number {n} stands twice' for n in sorted({n for n in numbers if numbers.count(n) > 1})]
    chapters = {p.stem.split('_', 1)[1] for p in nbs.glob('[0-9]*_*.ipynb')} - {'cli'}
    folders = {p.name for p in nbs.iterdir() if p.is_dir() and any(p.glob('[0-9]*_*.ipynb'))}
    return bad + [f'{c}: a chapter notebook and a folder of the same name belong together' for c in sorted(chapters ^ folders)]

def figures():
    "What STYLE asks for: modules a chapter, imports that cross chapters"
    count, crossing = {}, 0
    for chapter, path in modules():
        if path.stem != '__init__': count[chapter] = count.get(chapter, 0) + 1
        crossing += len({other for _, other in imported(path) if other != chapter})
    return count, crossing

if __name__ == '__main__':
    wrong = {f.__name__: f() for f in (check_floors, check_faces, check_words, check_numbers)}
    for name, bad in wrong.items(): print(name, len(bad), *bad, sep='\n  ')
    print(*figures())
    sys.exit(any(wrong.values()))
