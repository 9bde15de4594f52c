# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlir_pr import layerlist
from mlir_pr.errors import InputError

MATMUL = "matmul b=1 m=8 n=16 k=32 : f32, f32 -> f32"
CONV = ("conv2d n=1 g=1 oc=4 ic=3 oh=6 ow=6 kh=3 kw=3 sh=1 sw=1 dh=1 dw=1 pt=1 pb=1 pl=1 pr=1 "
        ": i8, i8 -> i32")


def texts(text):
    return [layer.text for layer in layerlist.parse(text, "f")]


def test_layer_texts():
    assert texts(f"# two layers\n\n{MATMUL}\n  matmul m=8 n=16 k=32 : f32, f32 -> f32  \n") \
        == [MATMUL, MATMUL]


def test_a_csv_with_a_layer_column():
    assert texts(f'count,layer\n3,"{MATMUL}"\n1,"{CONV}"\n') == [MATMUL, CONV]


def test_a_csv_with_one_column_a_dimension():
    assert texts("kind,m,n,k,oc,ic,ih,iw,kh,kw,ph,pw,types\n"
                 "matmul,8,16,32,,,,,,,,,\n"
                 'conv2d,,,,4,3,6,6,3,3,1,1,"i8, i8 -> i32"\n') == [
        MATMUL, CONV]


@given(st.lists(st.tuples(*[st.integers(1, 1000)] * 3), min_size=1, max_size=20))
def test_every_form_says_the_same(shapes):
    lines = [f"matmul m={m} n={n} k={k} : f32, f32 -> f32" for m, n, k in shapes]
    expected = texts("\n".join(lines))
    assert texts("layer\n" + "".join(f'"{line}"\n' for line in lines)) == expected
    assert texts("kind,k,m,n\n" + "".join(f"matmul,{k},{m},{n}\n" for m, n, k in shapes)) == expected


@pytest.mark.parametrize("text, message", [
    ("", "'f' holds no layers"),
    ("\n# nothing\n", "'f' holds no layers"),
    ("layer\n", "'f' holds a header, but no rows"),
    (f"{MATMUL}\nhello\n", "f:2: layer 'hello'"),
    ("matmul m=0 n=1 k=1 : f32, f32 -> f32", "f:1: "),
    ("matmul m=-3 n=1 k=1 : f32, f32 -> f32", "f:1: "),
    ("matmul m=4611686018427387904 n=4611686018427387904 k=1 : f32, f32 -> f32", "f:1: "),
    ("matmul m=99999999999999999999999 n=1 k=1 : f32, f32 -> f32", "f:1: "),
    ("kind,m,rows\nmatmul,8,8\n", "f:1: column 'rows' is no dimension of any layer kind"),
    ("kind,m,m\nmatmul,8,8\n", "f:1: a column occurs twice"),
    ("kind,m,n,k\nmatmul,8,8\n", "f:2: the row has more or fewer cells than the header"),
    ("kind,m,n,k\nmatmul,8,8,8,8\n", "f:2: the row has more or fewer cells than the header"),
    ("kind,m,n,k\nmatmul,8,8,x\n", "f:2: 'k' is 'x', but must be a whole number"),
    ("kind,m,n,k,oc\nmatmul,8,8,8,8\n", "f:2: "),
    ("kind,m\nmatmul,8\n", "f:2: "),
    ("kind,m\ngemm,8\n", "f:2: unknown layer kind 'gemm'")])
def test_mistakes_are_named(text, message):
    with pytest.raises(InputError) as caught:
        layerlist.parse(text, "f")
    assert message in str(caught.value)
