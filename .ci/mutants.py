"""Do the tests notice a wrong change? Plants small wrong changes in the exported code, one at a time, and runs the notebooks that should object.

usage: mutants.py [--sample N] [--seed S] [--only CHAPTER or CHAPTER/SECTION] [--jobs J] [--named] [--fresh] [--list]

A mutant lives in a copy of the repository, in the section's notebook (which defines the code anew when it runs) and in the exported module.
The section's own notebook runs first, then up to three notebooks that import it, nearest and fastest first; the first failure kills the mutant.
Always planted, and to be killed by their own notebook: those of named_mutants.txt; beside them a seeded sample over all chapters. Those of equivalent_mutants.txt change nothing that
can be observed, each with the reason, and are counted apart. Results are kept in .mutants/, by hashes of mutated module and notebook, so that
a run that was stopped goes on. The last line reads `mutants N, killed M`.

Why no library: mutmut 3 runs pytest and mutates functions of .py files; cosmic-ray 8 mutates .py files in place, for any command. Both are kept,
neither fits: a section's notebook defines its code anew and so never sees a change in the exported .py, nor may the working tree change under it.
"""
import argparse, ast, compileall, functools, hashlib, importlib.util, json, multiprocessing, os, re, resource, shutil, signal, sys, tempfile, time
from collections import Counter, namedtuple
from pathlib import Path

top = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(top/'.ci'))
import house, mutate

store = top/'.mutants'/'results.json'
limit, dependants = 60, 3                                            # seconds of processor time a notebook may take; notebooks beside the section's own
left_out = {'ground/figures': 'draws', 'ground/cards': 'what a notebook prints of an object', 'ground/bench_options': 'times code', 'dcell/bench': 'times code',
            'dango/bench': 'times code', 'all': 'gathers names'}
quiet = dict(OMP_NUM_THREADS='1', MKL_NUM_THREADS='1', WANDB_MODE='disabled', MPLBACKEND='agg', IN_TEST='1')
heavy = ('numpy pandas scipy.stats scipy.sparse scipy.optimize torch networkx obonet sklearn.linear_model sklearn.metrics pyarrow.parquet matplotlib.pyplot accelerate '
         'hydra omegaconf pooch fastprogress torchmetrics torch_geometric.data torch_geometric.nn hypothesis fastcore.all fastcore.test nbdev.test IPython filelock '
         'lazy_loader coral_pytorch matplotlib_inline.backend_inline Bio hiclass cafaeval').split()

Mutant = namedtuple('Mutant', 'module cell kind code mutated')       # module: 'data/splits'; code: of the cell, without directives

def digest(*texts): return hashlib.sha256('\0'.join(texts).encode()).hexdigest()[:20]

# ---- the code: cells, sections, who imports whom

@functools.cache
def cells(path): return [c for c in json.loads((top/path).read_text())['cells'] if c['cell_type'] == 'code']
def text(cell): return ''.join(cell['source'])
def bare(source): return ''.join(l for l in source.splitlines(keepends=True) if not l.startswith('#|')).strip('\n')

@functools.cache
def sections():
    "module -> (its file, its notebook), both relative"
    found = {}
    for _, path in house.modules():
        if path.stem == '__init__': continue
        made_in = re.search(r'^# %% (?:\.\./)+(\S+\.ipynb)', path.read_text(), re.M)
        if made_in: found['/'.join(path.relative_to(house.package).with_suffix('').parts)] = (str(path.relative_to(top)), made_in[1])
    return found

@functools.cache
def blocks(module):
    "cell id -> code, of the cells whose code stands alike in the notebook and in the module"
    file, notebook = sections()[module]
    exported = dict(re.findall(r'^# %% \S+\.ipynb #(\S+)\n(.*?)(?=^# %% |\Z)', (top/file).read_text(), re.M | re.S))
    ours = {c['id']: bare(text(c)) for c in cells(notebook)}
    return {i: code.strip('\n') for i, code in exported.items() if ours.get(i) == code.strip('\n')}

@functools.cache
def faces():
    "chapter -> {public name: module}"
    found = {}
    for path in house.package.glob('*/__init__.py'):
        call = next((n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.keyword) and n.arg == 'submod_attrs'), None)
        if call: found[path.parent.name] = {n: f'{path.parent.name}/{s}' for s, ns in ast.literal_eval(call.value).items() for n in ns}
    return found

def imports(source, where=''):
    "Modules that a piece of code imports, faces followed to the section"
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for a in node.names:
                if a.name.startswith('torchcell_nb.'): found |= resolve(a.name.split('.')[1:], ['*'])
        if isinstance(node, ast.ImportFrom):
            parts = (node.module or '').split('.') if node.module else []
            if node.level: parts = [*where.split('/')[:-1][:len(where.split('/')) - node.level], *parts]
            elif parts[:1] == ['torchcell_nb']: parts = parts[1:]
            else: continue
            found |= resolve(parts, [a.name for a in node.names])
    return found

def resolve(parts, names):
    known, face = sections(), faces()
    if not parts: return set().union(*(resolve([n], ['*']) for n in names)) if names != ['*'] else set()
    if '/'.join(parts) in known: return {'/'.join(parts)}
    if parts[0] not in face: return set()
    if names == ['*']: return set(face[parts[0]].values())
    return {face[parts[0]][n] for n in names if n in face[parts[0]]} | {f'{parts[0]}/{n}' for n in names if f'{parts[0]}/{n}' in known}

@functools.cache
def needs(notebook):
    "Modules that a notebook's code imports"
    found = set()
    for c in cells(notebook):
        try: found |= imports(bare(text(c)))
        except SyntaxError: pass                                     # a cell of shell commands
    return found

@functools.cache
def direct(module): return imports((top/sections()[module][0]).read_text(), module)

@functools.cache
def below(module):
    "A module and all that it imports"
    seen, todo = set(), [module]
    while todo:
        m = todo.pop()
        if m not in seen: seen.add(m); todo += direct(m)
    return frozenset(seen)

def code_of(notebook, mutant=None):
    own = mutant and sections()[mutant.module][1] == notebook
    return '\n'.join(mutant.mutated if own and c['id'] == mutant.cell else text(c) for c in cells(notebook))

def baseline_key(notebook):
    under = sorted(set().union(*(below(m) for m in needs(notebook)), set()))
    return digest(notebook, code_of(notebook), *((top/sections()[m][0]).read_text() for m in under))

def run_key(notebook, mutant): return digest(notebook, code_of(notebook, mutant), module_text(mutant))
def module_text(mutant):
    was = (top/sections()[mutant.module][0]).read_text()
    head = re.search(rf'^# %% \S+\.ipynb #{mutant.cell}\n', was, re.M)
    start = was.index(mutant.code, head.end())
    return was[:start] + mutant.mutated + was[start + len(mutant.code):]

# ---- mutants: all, named, equivalent

def lines(mutant):
    "The lines that differ: (before, after)"
    a, b = mutant.code.splitlines(), mutant.mutated.splitlines()
    head = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    tail = next((i for i, (x, y) in enumerate(zip(a[head:][::-1], b[head:][::-1])) if x != y), min(len(a), len(b)) - head)
    return a[head:len(a) - tail], b[head:len(b) - tail]

def name(mutant):
    before, after = lines(mutant)
    return '\n'.join([f'{mutant.module} #{mutant.cell}', *('- ' + l for l in before), *('+ ' + l for l in after)])

def every(only):
    for module in sections():
        if module in left_out or only and not (module + '/').startswith(only.rstrip('/') + '/'): continue
        for cell, code in blocks(module).items():
            for kind, other in mutate.mutated(code): yield Mutant(module, cell, kind, code, other)

def sample(n, seed, only, equivalent):
    "At least three a chapter, the rest by size; in a chapter the kinds of change take turns, a line is changed once"
    by = {}
    for m in every(only): by.setdefault(m.module.split('/')[0], []).append(m)
    total, taken = sum(map(len, by.values())), []
    for chapter in sorted(by):
        order = sorted(by[chapter], key=lambda m: digest(str(seed), name(m)))
        kinds, turn = sorted({m.kind for m in order}, key=lambda k: digest(str(seed), chapter, k)), Counter()
        rank = []
        for m in order: rank.append((turn[m.kind], kinds.index(m.kind))); turn[m.kind] += 1
        seen, chosen = set(), []
        for _, m in sorted(zip(rank, order), key=lambda p: p[0]):
            line = (m.module, m.cell, *lines(m)[0])
            if line in seen: continue
            seen.add(line); chosen.append(m)
        taken += chosen[:max(3, round(n*len(order)/total))]
    return taken

def read_list(file):
    "Entries of a list of mutants: (line number, module, cell, before, after, why). A code line may be given without its indent"
    path, entries = top/'.ci'/file, []
    for part in re.finditer(r'(?:^[^\n#].*\n?)+', path.read_text() if path.exists() else '', re.M):
        at = path.read_text()[:part.start()].count('\n') + 1
        rows = part[0].splitlines()
        module, cell = rows[0].split(' #')
        pick = lambda sign: [r[2:] for r in rows[1:] if r.startswith(sign)]
        entries.append((f'.ci/{file} line {at}', module, cell, pick('- ') , pick('+ '), ' '.join(pick('= '))))
    return entries

def planted(entry):
    "The mutant that an entry of a list describes; names the entry where its lines are no longer there"
    where, module, cell, before, after, why = entry
    if module not in sections() or cell not in blocks(module): raise SystemExit(f'{where}: no cell #{cell} in {module}; mend the entry')
    code = blocks(module)[cell]
    old, new = '\n'.join(before), '\n'.join(after)
    starts = [m.start() for m in re.finditer(r'^' + re.escape(old) + r'$', code, re.M)]
    if len(starts) != 1: raise SystemExit(f'{where}: its lines stand {len(starts)} times in {module} #{cell}; mend the entry')
    if not why: raise SystemExit(f'{where}: says not why; add a line that begins with =')
    return Mutant(module, cell, 'named', code, code[:starts[0]] + new + code[starts[0] + len(old):])

# ---- running

def load():
    "What notebooks import takes longer than what they do: it is loaded once, then every notebook runs in a fork"
    os.environ.update(quiet); sys.dont_write_bytecode = True
    for m in heavy:
        try: importlib.import_module(m)
        except ImportError: pass
    import torch
    torch.set_num_threads(1)

def inside(copy, notebook, flags):
    "In the fork: run the notebook as CI does, drawing left out"
    import nbdev.test
    from execnb.shell import CaptureShell
    def shell(path):
        k = CaptureShell(path); k.display_formatter.active_types = ['text/plain']
        return k
    nbdev.test.CaptureShell = shell
    os.chdir(copy); sys.path.insert(0, str(copy)); os.environ['PYTHONPATH'] = str(copy)
    ok, _ = nbdev.test.test_nb(copy/notebook, skip_flags=['slow', 'realdata'], force_flags=flags, basepath=copy)
    return ok

def run(copy, notebook, seconds, data):
    "(passed, seconds of processor time, why not)"
    scratch = Path(tempfile.mkdtemp(dir=copy.parent)); said = scratch/'said'; started = time.time()
    sys.stdout.flush(); child = os.fork()
    if not child:
        code = 1
        try:
            multiprocessing.current_process()._config['daemon'] = False      # a notebook may start processes; a pool's may not
            os.setsid(); resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 5)); resource.setrlimit(resource.RLIMIT_DATA, (6 << 30, 6 << 30))
            signal.signal(signal.SIGINT, signal.default_int_handler)
            out = os.open(said, os.O_WRONLY | os.O_CREAT); os.dup2(out, 1); os.dup2(out, 2); os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.environ['TMPDIR'] = tempfile.tempdir = str(scratch)
            if data: os.environ['TORCHCELL_NB_DATA'] = data
            code = 0 if inside(copy, notebook, ['realdata'] if data else []) else 1
            sys.stdout.flush(); sys.stderr.flush()
        except BaseException as e: os.write(2, f'{type(e).__name__}: {e}'.encode())
        finally: os._exit(code)
    late = False
    while True:
        pid, status, usage = os.wait4(child, os.WNOHANG)
        if pid: break
        if time.time() - started > 6*seconds + 30: late = True; os.killpg(child, signal.SIGKILL)
        time.sleep(.05)
    try: os.killpg(child, signal.SIGKILL)                            # what the notebook left running
    except ProcessLookupError: pass
    used, tail = usage.ru_utime + usage.ru_stime, [l for l in re.sub(r'\x1b\[[0-9;]*m', '', said.read_text(errors='replace')).splitlines() if l.strip()] if said.exists() else []
    shutil.rmtree(scratch, ignore_errors=True)
    if late or used > seconds: return None, used, f'not done after {used:.0f} s'
    return status == 0, used, '' if status == 0 else (tail[-1][:200] if tail else f'ended with status {status}')

def freeze(folder):
    "From now on read a copy of the working tree, so that it may be edited meanwhile"
    global top
    skip = shutil.ignore_patterns('.venv*', '.git', '_proc', '_site', '.mutants', '.ipynb_checkpoints', '__pycache__', '*.egg-info', '.hypothesis')
    here = str(top)                                                      # of the folders called runs only the archive is part of the repository
    shutil.copytree(top, Path(folder)/'frozen', ignore=lambda d, names: {*skip(d, names), *({'runs'} if d in (here, f'{here}/nbs') else ())})
    top = house.top = Path(folder)/'frozen'
    compileall.compile_dir(top/'torchcell_nb', quiet=1)
    house.package, house.nbs = top/'torchcell_nb', top/'nbs'

copied = None
def make_copy(folder):
    "In a worker: its own copy, and links to the measured data"
    global copied
    place = Path(tempfile.mkdtemp(dir=folder)); copied = place/'repo'
    shutil.copytree(top, copied)
    data = os.environ.get('TORCHCELL_NB_DATA')
    if data: shutil.copytree(data, place/'data', copy_function=lambda a, b: os.symlink(os.path.realpath(a), b))
    signal.signal(signal.SIGINT, signal.SIG_IGN)

def clear(before):
    "Take away what a notebook left in the copy"
    for p in sorted(copied.rglob('*'), reverse=True):
        if p not in before: shutil.rmtree(p, ignore_errors=True) if p.is_dir() and not p.is_symlink() else p.unlink(missing_ok=True)

def work(job):
    "Run one notebook with one mutant, or with none: the baseline"
    index, mutant, nb, seconds = job
    before, data = set(copied.rglob('*')), str(copied.parent/'data') if (copied.parent/'data').exists() else None
    if mutant:
        file, notebook = sections()[mutant.module]
        whole = json.loads((top/notebook).read_text())
        for c in whole['cells']:
            if c.get('id') == mutant.cell:
                directives = ''.join(l for l in text(c).splitlines(keepends=True) if l.startswith('#|'))
                c['source'] = (directives.rstrip('\n') + '\n' + mutant.mutated).splitlines(keepends=True)
        (copied/notebook).write_text(json.dumps(whole)); (copied/file).write_text(module_text(mutant))
        Path(importlib.util.cache_from_source(copied/file)).unlink(missing_ok=True)      # or Python might not notice a change of the same length
    try: ok, used, why = run(copied, nb, seconds, data)
    finally:
        clear(before)
        if mutant:
            for f in sections()[mutant.module]: shutil.copyfile(top/f, copied/f)
    return index, dict(ok=ok, seconds=round(used, 1), why=why, notebook=nb)

class Store(dict):
    def __init__(self, fresh): super().__init__(json.loads(store.read_text()) if store.exists() and not fresh else {})
    def add(self, key, result):
        self[key] = result; store.parent.mkdir(exist_ok=True)
        part = store.with_suffix('.part'); part.write_text(json.dumps(self, indent=0)); part.replace(store)

def candidates(module, seconds, near):
    "The section's own notebook, then those that import it: same chapter, other chapters, tours; the fastest first"
    chapter, own = module.split('/')[0], sections()[module][1]
    others = [str(p.relative_to(top)) for p in sorted((top/'nbs').rglob('*.ipynb')) if '.ipynb_checkpoints' not in p.parts and 'log' not in p.parts and p.name != 'index.ipynb']
    others = [n for n in others if n != own and module in needs(n)]
    distance = lambda n: 2 if n.count('/') == 1 else 0 if n.split('/')[1] == chapter else 1
    return [own, *sorted(others, key=lambda n: (distance(n), seconds.get(n, .3*len(cells(n)))))[:near]]

def verdict(known, mutant, plan, base):
    "(killed, survived or next; the notebook that killed or that is next; why)"
    for nb in plan:
        r = known.get(run_key(nb, mutant))
        if r is None: return 'next', nb, ''
        if r['ok'] is False or r['ok'] is None and base[nb] < limit/3: return 'killed', nb, r['why']
    return 'survived', '', ''

def baselines(pool, known, notebooks, passed):
    "Seconds that each notebook takes without a mutant, or with one that it let pass; ends the run where one fails"
    jobs = [(n, None, n, 300) for n in notebooks if n not in passed and not known.get(baseline_key(n), {}).get('ok')]
    for n, r in pool.imap_unordered(work, jobs):
        known.add(baseline_key(n), {**r, 'base': True})
        print(f'{"passes" if r["ok"] else "FAILS"} without a mutant: {n} {r["seconds"]} s {r["why"]}', flush=True)
    base = passed | {n: known[baseline_key(n)] for n in notebooks if n not in passed}
    broken = [n for n in notebooks if not base[n]['ok']]
    if broken: sys.exit(f'these fail without a mutant; mend them first: {", ".join(broken)}')
    return {n: base[n]['seconds'] for n in notebooks}

def main():
    p = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    p.add_argument('--sample', type=int, default=160); p.add_argument('--seed', type=int, default=0); p.add_argument('--only', default='')
    p.add_argument('--jobs', type=int, default=2); p.add_argument('--named', action='store_true', help='only the named ones')
    p.add_argument('--own', action='store_true', help='only their own notebooks')
    p.add_argument('--fresh', action='store_true', help='forget earlier results'); p.add_argument('--list', action='store_true', help='say what would be planted')
    a = p.parse_args()
    with tempfile.TemporaryDirectory(prefix='mutants-') as folder:
        freeze(folder)
        return over_all(a, folder)

def over_all(a, folder):
    "Plant, run, report"
    equivalent = {name(planted(e)): e[-1] for e in read_list('equivalent_mutants.txt')}
    fixed = [(planted(e), e[-1]) for e in read_list('named_mutants.txt') if not a.only or (e[1] + '/').startswith(a.only.rstrip('/') + '/')]
    drawn = [] if a.named else sample(a.sample, a.seed, a.only, equivalent)
    apart = [m for m in drawn if name(m) in equivalent]
    mutants = [m for m, _ in fixed] + [m for m in drawn if name(m) not in equivalent]
    if a.list: print(*(f'{m.kind}\n{name(m)}\n' for m in mutants), sep='\n'); return print(f'mutants {len(mutants)}, equivalent {len(apart)}')
    load(); known = Store(a.fresh)
    with multiprocessing.get_context('fork').Pool(a.jobs, make_copy, (folder,)) as pool:
        last = {r['notebook']: r['seconds'] for r in known.values() if r['ok']}
        plans = {i: candidates(m.module, last, 0 if i < len(fixed) or a.own else dependants) for i, m in enumerate(mutants)}
        base, states = {}, {}
        for turn in range(1 + dependants):                           # own notebooks first, then for those that survived the next one
            nexts = {i: plans[i][turn] for i in plans if turn < len(plans[i]) and states.get(i, ('next',))[0] != 'killed'}
            print(f'round {turn + 1}: {len(nexts)} mutants', flush=True)
            wanted = sorted(set(nexts.values()), key=lambda n: last.get(n, .3*len(cells(n))))                                       # the fastest first
            for some in (wanted[k:k + 20] for k in range(0, len(wanted), 20)):
                jobs = [(i, mutants[i], nb, limit) for i, nb in nexts.items() if nb in some and run_key(nb, mutants[i]) not in known]
                for i, r in pool.imap_unordered(work, jobs):
                    known.add(run_key(r['notebook'], mutants[i]), r)
                    what = 'passed' if r['ok'] else 'failed' if r['ok'] is False else 'late'
                    print(f'{what} {r["notebook"]} {r["seconds"]} s, {mutants[i].kind}: {r["why"][:110]}\n' + ''.join(f'    {l}\n' for l in name(mutants[i]).splitlines()), flush=True)
                results = {nb: [known[run_key(nb, mutants[i])] for i, n in nexts.items() if n == nb] for nb in some}
                base |= baselines(pool, known, some, {nb: r for nb in some for r in results[nb] if r['ok']})
            states = {i: verdict(known, m, plans[i][:turn + 1], base) for i, m in enumerate(mutants)}
    return report(mutants, fixed, apart, states)

def report(mutants, fixed, apart, states):
    survivors = [i for i in states if states[i][0] != 'killed']
    for i in survivors: print(f'survived\n{name(mutants[i])}\n')
    table = {}
    for i, m in enumerate(mutants): table.setdefault(m.module.split('/')[0], []).append(states[i][0] == 'killed')
    for chapter, ok in sorted(table.items()): print(f'{chapter:<12} {sum(ok):>4} of {len(ok)}')
    own = sum(states[i][0] == 'killed' and states[i][1] == sections()[m.module][1] for i, m in enumerate(mutants))
    print(f'by their own notebook {own}, named {len(fixed)}, equivalent and left aside {len(apart)}')
    print(f'mutants {len(mutants)}, killed {len(mutants) - len(survivors)}')
    return len(survivors) > .05*len(mutants)

if __name__ == '__main__': sys.exit(main())
