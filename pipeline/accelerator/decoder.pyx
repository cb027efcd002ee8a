# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, infer_types=True
# distutils: language=c++
"""Greedy decoding of spaCy's transition parsers: the same moves, with the sums in plain loops.

spaCy's own decoder multiplies a handful of rows at a time by a small matrix, for each of which it calls BLAS;
here each state is driven to its end alone, and its sums stay in the first cache. The method is that of
Kiperwasser and Goldberg (2016) with features computed beforehand, as in spacy/ml/parser_model.pyx.
"""
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy
from libcpp.vector cimport vector

from spacy.pipeline._parser_internals._state cimport StateC
from spacy.pipeline._parser_internals.stateclass cimport StateClass
from spacy.pipeline._parser_internals.transition_system cimport Transition, TransitionSystem
from spacy.pipeline.transition_parser cimport Parser


cdef extern from * nogil:
    """
    #if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)
    /* Wider registers where the processor has them. No multiplication is fused with an addition (see the
       flag -ffp-contract=off of the build), so the sums are the same to the bit. */
    #define NT_CLONES __attribute__((target_clones("avx2", "default")))
    #else
    #define NT_CLONES
    #endif
    NT_CLONES static void nt_add(float* __restrict to, const float* __restrict from, int n) {
        for (int i = 0; i < n; i++) to[i] += from[i];
    }
    NT_CLONES static void nt_better_of_two(float* __restrict to, const float* __restrict from, int n) {
        for (int i = 0; i < n; i++) to[i] = from[2*i+1] > from[2*i] ? from[2*i+1] : from[2*i];
    }
    NT_CLONES static void nt_scores(float* __restrict scores, const float* __restrict hidden,
                                    const float* __restrict weights, const float* __restrict bias,
                                    int n_hidden, int n_classes) {
        for (int c = 0; c < n_classes; c++) scores[c] = 0.0f;
        for (int j = 0; j < n_hidden; j++) {
            const float x = hidden[j];
            const float* __restrict row = weights + (size_t)j * n_classes;
            for (int c = 0; c < n_classes; c++) scores[c] += x * row[c];
        }
        for (int c = 0; c < n_classes; c++) scores[c] += bias[c];
    }
    """
    void nt_add(float* to, const float* source, int n)
    void nt_better_of_two(float* to, const float* source, int n)
    void nt_scores(float* scores, const float* hidden, const float* weights, const float* bias,
                   int n_hidden, int n_classes)


DEF MOST_FEATURES = 16


def decode(Parser parser, list docs, const float[:, ::1] features, const float[::1] hidden_bias,
           const float[:, ::1] weights, const float[::1] bias, int n_features, int n_hidden):
    """Return the states of docs at their ends, as `parser.predict` does; the docs are one after the other.

    Args:
        parser: its moves.
        docs: any.
        features: a row of padding, then one for each token of all docs: what it adds as each of the features,
            `n_features` times `n_hidden` times 2 floats.
        hidden_bias: of the hidden layer, `n_hidden` times 2.
        weights: from the hidden layer to the classes, (n_hidden, classes).
        bias: of the classes.
        n_features: tokens that a state looks at.
        n_hidden: width of the hidden layer, whose units have two pieces.
    """
    cdef TransitionSystem moves = parser.moves
    if n_features > MOST_FEATURES:
        raise ValueError(f"{n_features} features are more than {MOST_FEATURES}")
    cdef int width = n_hidden * 2
    if features.shape[1] != n_features * width or features.shape[0] < 1 + sum([len(doc) for doc in docs]):
        raise ValueError("the features do not fit the docs")
    cdef int n_classes = weights.shape[1]
    if weights.shape[0] != n_hidden or bias.shape[0] != n_classes or hidden_bias.shape[0] != width:
        raise ValueError("the weights do not fit each other")
    batch = moves.init_batch(docs)
    cdef vector[StateC*] states
    cdef vector[int] starts
    cdef StateClass state
    cdef int start = 1
    for state, doc in zip(batch, docs):
        if not state.is_final():
            states.push_back(state.c)
            starts.push_back(start)
        start += len(doc)
    cdef const float* padding = &features[0, 0]
    cdef const float* table
    cdef float* sums = <float*>malloc((width + n_hidden + n_classes) * sizeof(float))
    cdef int* valid = <int*>malloc(n_classes * sizeof(int))
    if sums == NULL or valid == NULL:
        free(sums)
        free(valid)
        raise MemoryError
    cdef float* hidden = sums + width
    cdef float* scores = hidden + n_hidden
    cdef int tokens[MOST_FEATURES]
    cdef int feature, clas, best
    cdef size_t i
    cdef size_t row = <size_t>n_features * width
    cdef StateC* at
    cdef Transition move
    with nogil:
        for i in range(states.size()):
            at = states[i]
            table = padding + starts[i] * row
            while not at.is_final():
                at.set_context_tokens(tokens, n_features)
                memcpy(sums, table + tokens[0] * row if tokens[0] >= 0 else padding, width * sizeof(float))
                for feature in range(1, n_features):
                    nt_add(sums, (table + tokens[feature] * row if tokens[feature] >= 0 else padding)
                           + feature * width, width)
                nt_add(sums, &hidden_bias[0], width)
                nt_better_of_two(hidden, sums, n_hidden)
                nt_scores(scores, hidden, &weights[0, 0], &bias[0], n_hidden, n_classes)
                moves.set_valid(valid, at)
                best = -1
                for clas in range(n_classes):
                    if valid[clas] >= 1 and (best == -1 or scores[clas] > scores[best]):
                        best = clas
                if best == -1:
                    at.force_final()
                else:
                    move = moves.c[best]
                    move.do(at, move.label)
    free(sums)
    free(valid)
    return batch
