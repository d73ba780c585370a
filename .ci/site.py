"Build the site: stage the notebooks as nbdev does, then render with Quarto where it is installed, else with smalldocs."
import re, shutil, subprocess, sys
from pathlib import Path

top = Path(__file__).resolve().parent.parent

def stage():
    "nbdev's processed notebooks in _proc, with the one _quarto.yml"
    from nbdev.doclinks import _build_modidx
    from nbdev.serve import proc_nbs
    _build_modidx()
    shutil.rmtree(top/'_proc', ignore_errors=True)
    proc = Path(proc_nbs(top/'nbs', n_workers=2))
    shutil.copyfile(top/'_quarto.yml', proc/'_quarto.yml')
    return proc

def render(proc):
    "HTML in _proc/_site; returns the folder"
    if shutil.which('quarto'): subprocess.run(['quarto', 'render', proc, '--no-execute'], check=True)
    else:
        smalldocs = top/'.venv-site/bin/smalldocs'
        if not smalldocs.exists(): sys.exit('neither quarto nor smalldocs is installed; run `make site`, which installs smalldocs')
        known = ('output-file is not read', 'execute.enabled is ignored', 'html-math-method is ignored', 'html.grid is ignored', 'thing(s) to look at')   # Quarto's own keys
        for args in (['render', '--quiet', proc], ['check', proc]):
            done = subprocess.run([smalldocs, *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            bad = [line for line in done.stdout.splitlines() if line.strip() and not any(k in line for k in known)]
            if bad or (args[0] == 'render' and done.returncode): sys.exit('\n'.join(bad) or f'smalldocs {args[0]} failed')
        subprocess.run([smalldocs.with_name('python'), top/'.ci/mathml.py', proc/'_site'], check=True)
    return proc/'_site'

def missing(site):
    "Notebooks without a page of their own, or without a place in the sidebar"
    sidebar = (top/'_quarto.yml').read_text()
    notebooks = [nb.relative_to(top/'nbs') for nb in (top/'nbs').rglob('*.ipynb') if '.ipynb_checkpoints' not in nb.parts]
    def page(nb): # nbdev asks Quarto to leave the number out of a page's name; smalldocs keeps it
        names = [nb.with_suffix('.html'), nb.with_name(re.sub(r'^\d+[a-z]?_', '', nb.stem) + '.html')]
        return next((site/n for n in names if (site/n).exists()), None)
    return [str(nb) for nb in notebooks if not page(nb) or page(nb).stat().st_size < 2000 or str(nb) not in sidebar]

if __name__ == '__main__':
    site = render(stage())
    if lost := missing(site): sys.exit(f'no page, or no place in the sidebar of _quarto.yml: {", ".join(lost)}')
    print(f'site: {site/"index.html"}')
