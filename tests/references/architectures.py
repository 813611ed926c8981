"""
Twelve decoders in plain torch, written from their papers and from the documented behaviour of the transformers library,
independently of Hooke's C#. One function per kind of block; tensors are looked up under Hugging Face's names as they are used.
"""
import math

import torch
import torch.nn.functional as F

ACTIVATIONS = {
    "gelu": F.gelu,
    "gelu_new": lambda x: 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3))),
    "silu": F.silu,
    "relu": F.relu,
}
ACTIVATIONS["gelu_pytorch_tanh"] = ACTIVATIONS["gelu_new"]


class Weights:
    """Tensors of a checkpoint in the number format of the run, found with the prefix or without."""

    def __init__(self, tensors, dtype):
        self.tensors, self.dtype = tensors, dtype

    def get(self, name, optional=False):
        if optional and name not in self.tensors:
            return None
        return self.tensors[name].to(self.dtype)

    def linear(self, x, name):
        """y = x Wᵀ + b, W stored [out, in]."""
        return F.linear(x, self.get(name + ".weight"), self.get(name + ".bias", optional=True))

    def conv1d(self, x, name):
        """y = x W + b, W stored [in, out] as GPT-2 does."""
        return x @ self.get(name + ".weight") + self.get(name + ".bias")

    def layer_norm(self, x, name, eps):
        centred = x - x.mean(-1, keepdim=True)
        return centred / torch.sqrt(centred.pow(2).mean(-1, keepdim=True) + eps) * self.get(name + ".weight") \
            + self.get(name + ".bias")

    def rms_norm(self, x, name, eps, offset=0.0):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * (offset + self.get(name + ".weight"))


class Trace(dict):
    """What a run leaves behind, under the names of reference.safetensors."""

    def keep(self, name, tensor):
        if tensor.requires_grad and not tensor.is_leaf:
            tensor.retain_grad()
        self[name] = tensor
        return tensor


def causal(length, window=None):
    """True where query i may see key j: 0 <= i - j, and i - j < window where there is one."""
    distance = torch.arange(length)[:, None] - torch.arange(length)[None, :]
    return (distance >= 0) if window is None else (distance >= 0) & (distance < window)


def attend(q, k, v, scale, window, cap, trace, layer):
    """q [batch, heads, pos, d_head]; k and v have one head for each group of q's."""
    group = q.shape[1] // k.shape[1]
    k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
    scores = q @ k.transpose(-1, -2) * scale
    if cap is not None:
        scores = torch.tanh(scores / cap) * cap
    scores = scores.masked_fill(~causal(q.shape[2], window), float("-inf"))
    pattern = trace.keep(f"attn_pattern.{layer}", scores.softmax(-1))
    mixed = pattern @ v
    return mixed.transpose(1, 2).flatten(2)


def heads(x, count):
    return x.unflatten(-1, (count, -1)).transpose(1, 2)


def rotary_frequencies(rotary, dimensions):
    """Radians per position of each pair, in float32 as upstream has them."""
    base = torch.tensor(float(rotary["rope_theta"]))
    inverse = 1.0 / base ** (torch.arange(0, dimensions, 2).float() / dimensions)
    kind = rotary.get("rope_type", rotary.get("type", "default"))
    if kind == "linear":
        return inverse / rotary["factor"]
    if kind == "llama3":
        context, low, high = (rotary[k] for k in ("original_max_position_embeddings", "low_freq_factor", "high_freq_factor"))
        length = 2 * math.pi / inverse
        smooth = (context / length - low) / (high - low)
        mixed = (1 - smooth) * inverse / rotary["factor"] + smooth * inverse
        slow, fast = length > context / low, length < context / high
        return torch.where(slow, inverse / rotary["factor"], torch.where(fast, inverse, mixed))
    assert kind == "default", kind
    return inverse


def turn(x, frequencies):
    """Turns dimensions (i, i + pairs) of [batch, heads, pos, d_head]; dimensions beyond stay as they are."""
    pairs = len(frequencies)
    angles = torch.outer(torch.arange(x.shape[2]).float(), frequencies)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    first, second, rest = x[..., :pairs], x[..., pairs:2 * pairs], x[..., 2 * pairs:]
    return torch.cat([first * cos - second * sin, second * cos + first * sin, rest], -1)


def gpt2(config, weights, embed, trace):
    x = embed
    eps, act = config.get("layer_norm_epsilon", 1e-5), ACTIVATIONS[config.get("activation_function", "gelu_new")]
    count, width = config["n_head"], config["n_embd"]
    for i in range(config["n_layer"]):
        block = f"transformer.h.{i}."
        normed = weights.layer_norm(x, block + "ln_1", eps)
        q, k, v = (heads(part, count) for part in weights.conv1d(normed, block + "attn.c_attn").split(width, -1))
        mixed = attend(q, k, v, (width // count) ** -0.5, None, None, trace, i)
        x = x + trace.keep(f"attn_out.{i}", weights.conv1d(mixed, block + "attn.c_proj"))
        hidden = act(weights.conv1d(weights.layer_norm(x, block + "ln_2", eps), block + "mlp.c_fc"))
        x = x + trace.keep(f"mlp_out.{i}", weights.conv1d(hidden, block + "mlp.c_proj"))
        x = trace.keep(f"resid_post.{i}", x)
    return weights.layer_norm(x, "transformer.ln_f", eps), "transformer.wte", "lm_head"


def gpt_neo(config, weights, embed, trace):
    x = embed
    eps, act = config.get("layer_norm_epsilon", 1e-5), ACTIVATIONS[config.get("activation_function", "gelu_new")]
    for i in range(config["num_layers"]):
        block = f"transformer.h.{i}."
        normed = weights.layer_norm(x, block + "ln_1", eps)
        q, k, v = (heads(weights.linear(normed, f"{block}attn.attention.{p}_proj"), config["num_heads"]) for p in "qkv")
        window = config["window_size"] if config["attention_layers"][i] == "local" else None
        mixed = attend(q, k, v, 1.0, window, None, trace, i)
        x = x + trace.keep(f"attn_out.{i}", weights.linear(mixed, block + "attn.attention.out_proj"))
        hidden = act(weights.linear(weights.layer_norm(x, block + "ln_2", eps), block + "mlp.c_fc"))
        x = x + trace.keep(f"mlp_out.{i}", weights.linear(hidden, block + "mlp.c_proj"))
        x = trace.keep(f"resid_post.{i}", x)
    return weights.layer_norm(x, "transformer.ln_f", eps), "transformer.wte", "lm_head"


def gpt_neox(config, weights, embed, trace):
    x = embed
    eps, act, count = config["layer_norm_eps"], ACTIVATIONS[config["hidden_act"]], config["num_attention_heads"]
    d_head = config["hidden_size"] // count
    rotary = config.get("rope_parameters") or {
        "rope_theta": config["rotary_emb_base"], "partial_rotary_factor": config["rotary_pct"]}
    frequencies = rotary_frequencies(rotary, int(d_head * rotary["partial_rotary_factor"]))
    for i in range(config["num_hidden_layers"]):
        block = f"gpt_neox.layers.{i}."
        together = weights.linear(weights.layer_norm(x, block + "input_layernorm", eps), block + "attention.query_key_value")
        q, k, v = together.unflatten(-1, (count, 3, d_head)).permute(3, 0, 2, 1, 4)
        mixed = attend(turn(q, frequencies), turn(k, frequencies), v, d_head ** -0.5, None, None, trace, i)
        attention = trace.keep(f"attn_out.{i}", weights.linear(mixed, block + "attention.dense"))
        read = x if config["use_parallel_residual"] else x + attention
        hidden = act(weights.linear(weights.layer_norm(read, block + "post_attention_layernorm", eps),
                                    block + "mlp.dense_h_to_4h"))
        mlp = trace.keep(f"mlp_out.{i}", weights.linear(hidden, block + "mlp.dense_4h_to_h"))
        x = trace.keep(f"resid_post.{i}", x + attention + mlp)
    return weights.layer_norm(x, "gpt_neox.final_layer_norm", eps), "gpt_neox.embed_in", "embed_out"


def is_windowed(config, layer):
    kind = config["model_type"]
    if "layer_types" in config:
        return config["layer_types"][layer] == "sliding_attention"
    if kind == "mistral":
        return config.get("sliding_window") is not None
    if kind in ("qwen2", "qwen3"):
        return bool(config.get("use_sliding_window")) and layer >= config["max_window_layers"]
    if kind == "gemma2":
        return layer % 2 == 0
    if kind == "gemma3_text":
        return (layer + 1) % config["sliding_window_pattern"] != 0
    return False


def rotary_of(config, windowed):
    parameters = config.get("rope_parameters")
    if parameters:
        return parameters.get("sliding_attention" if windowed else "full_attention", parameters)
    if config["model_type"] == "gemma3_text" and windowed:
        return {"rope_theta": config["rope_local_base_freq"]}
    return {**(config.get("rope_scaling") or {}), "rope_theta": config.get("rope_theta", 10000.0)}


def llama_like(config, weights, embed, trace):
    kind = config["model_type"]
    gemma = kind.startswith("gemma")
    post_norms = kind in ("gemma2", "gemma3_text")
    eps, offset = config["rms_norm_eps"], 1.0 if gemma else 0.0
    act = ACTIVATIONS[config.get("hidden_activation") or config["hidden_act"]]
    q_heads, kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
    d_head = config.get("head_dim") or config["hidden_size"] // q_heads
    scale = config["query_pre_attn_scalar"] ** -0.5 if post_norms else d_head ** -0.5
    x = embed
    for i in range(config["num_hidden_layers"]):
        block = f"model.layers.{i}."

        def norm(x, name):
            return weights.rms_norm(x, block + name, eps, offset)

        windowed = is_windowed(config, i)
        normed = norm(x, "input_layernorm")
        q, k, v = (heads(weights.linear(normed, f"{block}self_attn.{p}_proj"), n)
                   for p, n in (("q", q_heads), ("k", kv_heads), ("v", kv_heads)))
        if kind in ("qwen3", "gemma3_text"):
            q, k = norm(q, "self_attn.q_norm"), norm(k, "self_attn.k_norm")
        frequencies = rotary_frequencies(rotary_of(config, windowed), d_head)
        mixed = attend(turn(q, frequencies), turn(k, frequencies), v, scale, config["sliding_window"] if windowed else None,
                       config.get("attn_logit_softcapping"), trace, i)
        attention = trace.keep(f"attn_out.{i}", weights.linear(mixed, block + "self_attn.o_proj"))
        x = x + (norm(attention, "post_attention_layernorm") if post_norms else attention)
        normed = norm(x, "pre_feedforward_layernorm" if post_norms else "post_attention_layernorm")
        gate = act(weights.linear(normed, block + "mlp.gate_proj"))
        mlp = weights.linear(gate * weights.linear(normed, block + "mlp.up_proj"), block + "mlp.down_proj")
        trace.keep(f"mlp_out.{i}", mlp)
        x = x + (norm(mlp, "post_feedforward_layernorm") if post_norms else mlp)
        x = trace.keep(f"resid_post.{i}", x)
    return weights.rms_norm(x, "model.norm", eps, offset), "model.embed_tokens", "lm_head"


FAMILIES = {"gpt2": gpt2, "gpt_neo": gpt_neo, "gpt_neox": gpt_neox}


def embed_tokens(config, weights, ids):
    """The rows of the token table, and the stream that enters block 0."""
    kind = config["model_type"]
    table = {"gpt_neox": "gpt_neox.embed_in", "gpt2": "transformer.wte", "gpt_neo": "transformer.wte"}.get(
        kind, "model.embed_tokens")
    tokens = weights.get(table + ".weight")[ids]
    if kind.startswith("gemma"):
        # The factor is rounded to the format of the model, float32 here, before anything is multiplied by it.
        tokens = tokens * torch.tensor(config["hidden_size"] ** 0.5, dtype=torch.float32).to(tokens.dtype)
    return tokens


def add_positions(config, weights, tokens):
    if config["model_type"] not in ("gpt2", "gpt_neo"):
        return tokens
    return tokens + weights.get("transformer.wpe.weight")[:tokens.shape[1]]


def logits_of(config, weights, embed, trace):
    final, table, head = FAMILIES.get(config["model_type"], llama_like)(config, weights, embed, trace)
    trace.keep("final_norm", final)
    matrix = weights.get(head + ".weight", optional=True)
    logits = final @ (weights.get(table + ".weight") if matrix is None else matrix).T
    cap = config.get("final_logit_softcapping")
    return logits if cap is None else torch.tanh(logits / cap) * cap


def reference(config, tensors, ids, dtype=torch.float32, new_tokens=8):
    """Every tensor of reference.safetensors, in the given number format."""
    weights, trace = Weights(tensors, dtype), Trace()
    tokens = trace.keep("token_embed", embed_tokens(config, weights, ids).requires_grad_())
    embed = trace.keep("embed", add_positions(config, weights, tokens) * 1)
    logits = trace.keep("logits", logits_of(config, weights, embed, trace))
    logits[:, -1, 7].sum().backward()
    result = {name: tensor.detach() for name, tensor in trace.items()}
    for name in ["embed", "token_embed"] + [n for n in trace if n.startswith("resid_post.")]:
        result["grad." + name] = trace[name].grad
    result["input_ids"] = ids
    result["greedy"] = greedy(config, weights, ids, new_tokens)
    return result


def greedy(config, weights, ids, count):
    with torch.no_grad():
        start = ids.shape[1]
        for _ in range(count):
            embed = add_positions(config, weights, embed_tokens(config, weights, ids))
            logits = logits_of(config, weights, embed, Trace())
            ids = torch.cat([ids, logits[:, -1].argmax(-1, keepdim=True)], 1)
        return ids[:, start:]
