"""Every notebook by nbdev's own test runner, one process each, then the checks on the repository. Ends with `N passed, N failed`.

usage: test.py [--slow] [PART OF A NOTEBOOK'S PATH ...]

Cells marked `#| realdata` run where TORCHCELL_NB_DATA names a folder; elsewhere they are skipped, and counted as skipped.
"""
import ast, json, os, re, subprocess, sys, tempfile, time
import house
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copytree, ignore_patterns

top = Path(__file__).resolve().parent.parent
words = [w for w in sys.argv[1:] if not w.startswith('--')]
data = os.environ.get('TORCHCELL_NB_DATA')
fonts = tempfile.TemporaryDirectory(prefix='matplotlib-')          # a font list of its own: a stale one in the user's cache says so on stderr
quiet = {**os.environ, 'OMP_NUM_THREADS': '1', 'MKL_NUM_THREADS': '1', 'WANDB_MODE': 'disabled', 'MPLBACKEND': 'agg', 'MPLCONFIGDIR': fonts.name}
flags = ['realdata']*bool(data) + ['slow']*('--slow' in sys.argv)
results = []

def notebooks():
    found = sorted(p for p in (top/'nbs').rglob('*.ipynb') if '.ipynb_checkpoints' not in p.parts)
    return [p for p in found if not words or any(w in p.relative_to(top).as_posix() for w in words)]

def say(name, ok, seconds, note='', output=''):
    results.append((ok, name)); print(f'{"ok    " if ok else "FAILED"} {name:<48} {seconds:6.1f} s  {note}', flush=True)
    if not ok: print(output[-6000:], flush=True)

def command(name, args, **kw):
    start = time.time()
    done = subprocess.run(args, cwd=kw.pop('cwd', top), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=quiet)
    return name, done.returncode == 0, time.time() - start, done.stdout

def notebook(path):
    code = f'''
import sys
from pathlib import Path
from nbdev.test import test_nb
from nbdev.config import get_config
ok, seconds = test_nb(Path({str(path)!r}), skip_flags=get_config().tst_flags.split(), force_flags={flags!r}, basepath=get_config().config_path)
sys.exit(not ok)'''
    name, ok, seconds, output = command(str(path.relative_to(top/'nbs')), [sys.executable, '-c', code], cwd=path.parent)
    real = sum('#| realdata' in ''.join(c['source']) for c in json.loads(path.read_text())['cells'])
    note = '' if not real else f'{real} real-data cells' if data else f'{real} real-data cells skipped: TORCHCELL_NB_DATA is not set'
    return name, ok, seconds, note, output

def on_copy(code):
    "Run a command in a copy of the repository; list the files it would change"
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)/'repo'
        copytree(top, copy, ignore=ignore_patterns('.venv*', '.git', '_proc', 'runs', '.ipynb_checkpoints', '__pycache__', '*.egg-info'))
        subprocess.run([sys.executable, '-c', code], cwd=copy, check=True, capture_output=True, text=True)
        return [str(p.relative_to(copy)) for p in sorted(copy.rglob('*')) if p.is_file() and p.suffix in ('.py', '.ipynb') and (not (top/p.relative_to(copy)).exists() or p.read_bytes() != (top/p.relative_to(copy)).read_bytes())]

def drift(): return [f'{f}: not what the notebooks export; run `make export`' for f in on_copy('from nbdev.doclinks import nbdev_export; nbdev_export.__wrapped__()') if f.startswith('torchcell_nb')]
def clean(): return [f'{f}: not clean; run `make clean-notebooks`' for f in on_copy('from nbdev.clean import nbdev_clean; nbdev_clean.__wrapped__()')]

def imports():
    "Imports stand in cells of their own: building the site executes every cell that has one"
    bad = []
    for p in notebooks():
        for i, c in enumerate(json.loads(p.read_text())['cells']):
            source = ''.join(c['source'])
            if c['cell_type'] != 'code' or 'nbdev_export' in source: continue
            tree, exported = ast.parse(source), re.search(r'^#\|\s*export', source, re.M)
            kinds = {isinstance(n, (ast.Import, ast.ImportFrom)) for n in tree.body}
            inside = not exported and any(isinstance(n, (ast.Import, ast.ImportFrom)) for n in ast.walk(tree)) and True not in kinds
            if len(kinds) > 1 or inside: bad.append(f'{p.name} cell {i}: imports and other code')
    return bad

def outputs():
    "Stored outputs are evidence: no errors, no warnings, no paths of a machine, every code cell run, under 1 MB"
    bad = []
    for p in notebooks():
        if p.stat().st_size > 1_000_000: bad.append(f'{p.name}: {p.stat().st_size/1e6:.1f} MB')
        for i, c in enumerate(json.loads(p.read_text())['cells']):
            for o in c.get('outputs', []):
                if o['output_type'] == 'error' or o.get('name') == 'stderr': bad.append(f'{p.name} cell {i}: a stored error or warning')
                if re.search(r'(?<![\w.])/(work|root|home|tmp|Users)/', json.dumps(o)): bad.append(f'{p.name} cell {i}: a path of this machine')
    return bad

def check(name, f):
    start = time.time()
    try: bad = f()
    except subprocess.CalledProcessError as e: bad = [f'{e}\n{e.stderr}']
    say(name, not bad, time.time() - start, output='\n'.join(bad))

if data and not Path(data).is_dir(): sys.exit(f'TORCHCELL_NB_DATA={data}: no such folder')
if not data: print('TORCHCELL_NB_DATA is not set: cells on measured data are skipped')
subprocess.run([sys.executable, '-c', 'import matplotlib.font_manager'], env=quiet, capture_output=True)   # once, before two would
with ThreadPoolExecutor(2) as pool:
    for r in pool.map(notebook, notebooks()): say(*r)
if not words:
    for name, f in (('exported modules', drift), ('clean notebooks', clean), ('floors', house.check_floors), ('faces', house.check_faces), ('names of models', house.check_words),
                    ('numbers', house.check_numbers), ('imports alone', imports), ('stored outputs', outputs)): check(name, f)
    for name, args in (('README', ['.ci/readme.py', '--check']), ('site', ['.ci/site.py'])):
        n, ok, seconds, output = command(name, [sys.executable, *args]); say(n, ok, seconds, output=output)
failed = [n for ok, n in results if not ok]
if failed: print('failed: ' + ', '.join(failed))
print(f'{len(results) - len(failed)} passed, {len(failed)} failed')
sys.exit(bool(failed))
