#!/usr/bin/env python3
"""make.py QBIC [FOLDER]: writes the editors' grammars of qbi into FOLDER (default: where this file lies). Words come from
lang/grammar.y (keywords), lang/tokens.c (units), core/type.c and core/pix.c (types), and QBIC ops --json (operators)."""
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def read(path):
    return (ROOT / path).read_text(encoding='utf-8')


def words():
    tokens = ''.join(re.findall(r'^%token.*$', read('lang/grammar.y'), re.M))
    keywords = sorted(set(re.findall(r'"([a-z]+)"', tokens)) - {'a'})
    units = sorted(set(re.findall(r'\{"([a-z]+)", QB_UNIT', read('lang/tokens.c'))) | {'µm', 'μm'})
    kinds = re.search(r'kind_names\[.*?\};', read('core/type.c'), re.S).group(0)
    kinds = [k for k in re.findall(r'\] = "(\w+)"', kinds) if k not in ('nothing', 'summary')]
    pixels = sorted(set(re.findall(r'"([uif]\d+)"', read('core/pix.c'))))
    ops = [op['name'] for op in json.loads(subprocess.run([sys.argv[1], 'ops', '--json'], check=True,
                                                          stdout=subprocess.PIPE).stdout)]
    operators = [k for k in ('and', 'not', 'or') if k in keywords]
    constants = [k for k in ('false', 'true') if k in keywords]
    branches = [k for k in ('if', 'then', 'else') if k in keywords]
    statements = [k for k in keywords if k not in operators + constants + branches]
    return {'statements': statements + ['qbi'] * ('qbi' not in statements), 'branches': branches, 'logic': operators,
            'constants': constants, 'units': units, 'types': sorted(kinds + pixels), 'ops': sorted(ops)}


def vim(w):
    def keyword(group, names):
        return 'syntax keyword %s %s' % (group, ' '.join(names))
    units = '\\|'.join(w['units'])
    return '\n'.join([
        '" Vim syntax of qbi; made by docs/editors/make.py',
        "if exists('b:current_syntax')", '  finish', 'endif', '',
        keyword('qbiOperator', w['ops']),
        keyword('qbiStatement', w['statements']), keyword('qbiConditional', w['branches']),
        keyword('qbiLogic', w['logic']), keyword('qbiBoolean', w['constants']),
        "syntax match qbiType /:\\s*\\zs\\%%(%s\\)\\>/" % '\\|'.join(w['types']),
        "syntax match qbiNumber /\\<\\d\\+\\%%(\\.\\d\\+\\)\\?\\%%([eE][+-]\\?\\d\\+\\)\\?\\%%(\\s*\\%%(%s\\)\\>\\)\\?/" % units,
        "syntax match qbiPipe /|>/",
        'syntax match qbiEscape /\\\\[nt"\\\\]\\|{{\\|}}/ contained',
        'syntax match qbiHole /{\\w\\+\\%(\\.\\%(stem\\|name\\|dir\\)\\)\\?}/ contained',
        'syntax region qbiString start=/"/ skip=/\\\\./ end=/"/ oneline contains=qbiEscape,qbiHole',
        'syntax match qbiComment /#.*/ contains=@Spell', '',
        'highlight default link qbiOperator Function', 'highlight default link qbiStatement Statement',
        'highlight default link qbiConditional Conditional', 'highlight default link qbiLogic Operator',
        'highlight default link qbiBoolean Boolean', 'highlight default link qbiType Type',
        'highlight default link qbiNumber Number', 'highlight default link qbiPipe Operator',
        'highlight default link qbiEscape SpecialChar', 'highlight default link qbiHole Identifier',
        'highlight default link qbiString String', 'highlight default link qbiComment Comment', '',
        "let b:current_syntax = 'qbi'", '']).replace('%%', '%')


def textmate(w):
    def rule(name, names):
        return {'name': name + '.qbi', 'match': r'\b(?:%s)\b' % '|'.join(names)}
    return {
        'name': 'qbi', 'scopeName': 'source.qbi', 'fileTypes': ['qbi'],
        'patterns': [
            {'name': 'comment.line.number-sign.qbi', 'match': '#.*$'},
            {'name': 'string.quoted.double.qbi', 'begin': '"', 'end': '"|$', 'patterns': [
                {'name': 'constant.character.escape.qbi', 'match': r'\\[nt"\\]|\{\{|\}\}'},
                {'name': 'variable.other.qbi', 'match': r'\{\w+(?:\.(?:stem|name|dir))?\}'}]},
            {'name': 'constant.numeric.qbi',
             'match': r'\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?:\s*(?:%s)\b)?' % '|'.join(w['units'])},
            {'match': r':\s*(%s)\b' % '|'.join(w['types']), 'captures': {'1': {'name': 'storage.type.qbi'}}},
            rule('keyword.control', w['statements'] + w['branches']),
            rule('keyword.operator.logical', w['logic']), rule('constant.language', w['constants']),
            {'name': 'keyword.operator.pipe.qbi', 'match': r'\|>'},
            {'name': 'keyword.operator.qbi', 'match': r'\*\*|//|==|!=|<=|>=|[-+*/%<>=]'},
            rule('support.function', w['ops'])],
    }


PACKAGE = {
    'name': 'qbi', 'displayName': 'qbi', 'description': 'pipelines that measure images', 'version': '0.1.0',
    'publisher': 'qbic', 'license': 'Apache-2.0', 'engines': {'vscode': '^1.60.0'}, 'categories': ['Programming Languages'],
    'contributes': {
        'languages': [{'id': 'qbi', 'extensions': ['.qbi'], 'configuration': './language-configuration.json'}],
        'grammars': [{'language': 'qbi', 'scopeName': 'source.qbi', 'path': './syntaxes/qbi.tmLanguage.json'}]},
}
LANGUAGE = {
    'comments': {'lineComment': '#'}, 'brackets': [['{', '}'], ['[', ']'], ['(', ')']],
    'autoClosingPairs': [['{', '}'], ['[', ']'], ['(', ')'], ['"', '"']],
}


def main():
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else HERE
    w = words()

    def write(name, text):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')

    def as_json(value):
        return json.dumps(value, indent=2, ensure_ascii=False) + '\n'
    write('vim/syntax/qbi.vim', vim(w))
    write('vim/ftdetect/qbi.vim', 'autocmd BufRead,BufNewFile *.qbi setfiletype qbi\n')
    write('vscode/syntaxes/qbi.tmLanguage.json', as_json(textmate(w)))
    write('vscode/package.json', as_json(PACKAGE))
    write('vscode/language-configuration.json', as_json(LANGUAGE))


main()
