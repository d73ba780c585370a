"README.md from nbs/index.ipynb, figures in README_files/."
import re, shutil, sys
from pathlib import Path
import nbformat
from nbconvert import MarkdownExporter

top = Path(__file__).resolve().parent.parent

def readme():
    "Text of the README and its figures, name -> bytes"
    nb = nbformat.read(top/'nbs/index.ipynb', 4)
    nb.cells = [c for c in nb.cells if not re.match(r'#\|\s*(hide|default_exp)', c.source)]
    nb.metadata['language_info'] = {'name': 'python'}
    for c in nb.cells:
        if re.match(r'#\|\s*echo: false', c.source): c.source = ''
    nb.cells = [c for c in nb.cells if c.source.strip() or c.get('outputs')]
    text, resources = MarkdownExporter().from_notebook_node(nb, {'output_files_dir': 'README_files', 'unique_key': 'figure'})
    text = re.sub(r'\]\((?!https?:)([\w/.-]+\.(ipynb|qmd))\)', r'](nbs/\1)', text)                     # links on the site are relative to nbs/
    text = re.sub(r'\n{3,}', '\n\n', text.replace('```python\n\n```', ''))
    return '<!-- made from nbs/index.ipynb by `make readme`; edit that -->\n\n' + text.strip() + '\n', resources.get('outputs', {})

if __name__ == '__main__':
    text, figures = readme()
    if '--check' in sys.argv:
        if (top/'README.md').read_text() != text: sys.exit('README.md is not what nbs/index.ipynb says; run `make readme`')
    else:
        (top/'README.md').write_text(text); shutil.rmtree(top/'README_files', ignore_errors=True)
        for name, data in figures.items(): (top/name).parent.mkdir(exist_ok=True); (top/name).write_bytes(data)
