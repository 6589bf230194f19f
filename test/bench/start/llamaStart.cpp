// llama.cpp alone, from its start to the first token: loads a model, makes a context as Lemma does, evaluates a prompt and
// takes the likeliest token. Prints the prompt's length in tokens as soon as that token is known.
//
//   llamaStart MODEL PROMPT_FILE CONTEXT_TOKENS BATCH_TOKENS THREADS [GPU_LAYERS]

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "ggml-backend.h"
#include "llama.h"

static int failed(const char * what) {
    std::fprintf(stderr, "%s\n", what);
    return 1;
}

int main(int argc, char ** argv) {
    if (argc < 6) return failed("usage: llamaStart MODEL PROMPT_FILE CONTEXT_TOKENS BATCH_TOKENS THREADS [GPU_LAYERS]");
    std::ifstream file(argv[2], std::ios::binary);
    const std::string prompt((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const int context_tokens = std::atoi(argv[3]), batch_tokens = std::atoi(argv[4]), threads = std::atoi(argv[5]);
    const int gpu_layers = argc > 6 ? std::atoi(argv[6]) : 0;

    llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
    ggml_backend_load_all();
    llama_backend_init();

    llama_model_params of_model = llama_model_default_params();
    of_model.n_gpu_layers = gpu_layers;
    llama_model * model = llama_model_load_from_file(argv[1], of_model);
    if (!model) return failed("The model could not be loaded.");

    llama_context_params of_context = llama_context_default_params();
    of_context.n_ctx = context_tokens;
    of_context.n_batch = of_context.n_ubatch = batch_tokens;
    of_context.n_threads = of_context.n_threads_batch = threads;
    of_context.flash_attn_type = gpu_layers > 0 ? LLAMA_FLASH_ATTN_TYPE_AUTO : LLAMA_FLASH_ATTN_TYPE_DISABLED;
    llama_context * context = llama_init_from_model(model, of_context);
    if (!context) return failed("The context could not be made.");

    const llama_vocab * vocab = llama_model_get_vocab(model);
    std::vector<llama_token> tokens(prompt.size() + 8);
    const int count = llama_tokenize(vocab, prompt.data(), prompt.size(), tokens.data(), tokens.size(), false, true);
    if (count <= 0) return failed("The prompt has no tokens.");
    for (int from = 0; from < count; from += batch_tokens)
        if (llama_decode(context, llama_batch_get_one(tokens.data() + from, std::min(batch_tokens, count - from))) != 0)
            return failed("The prompt could not be evaluated.");

    const float * logits = llama_get_logits_ith(context, -1);
    const long token = std::max_element(logits, logits + llama_vocab_n_tokens(vocab)) - logits;
    std::printf("%d %ld\n", count, token);
    std::fflush(stdout);
    // Nothing is measured behind the first token.
    std::_Exit(0);
}
