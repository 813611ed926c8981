namespace Hooke.Models;

/// <summary>How an activation is laid out.</summary>
public enum SiteShape
{
    /// <summary>[batch, pos, d_model]</summary>
    Residual,

    /// <summary>[batch, pos, head, d_head]</summary>
    Heads,

    /// <summary>[batch, pos, kv_head, d_head]</summary>
    KeyValueHeads,

    /// <summary>[batch, pos, head, d_model]</summary>
    HeadResidual,

    /// <summary>[batch, head, query_pos, key_pos]</summary>
    Pattern,

    /// <summary>[batch, pos, d_mlp]</summary>
    Mlp,

    /// <summary>[batch, pos, 1]</summary>
    Scale,

    /// <summary>[batch, pos, head, 1]</summary>
    HeadScale,

    /// <summary>[batch, pos, kv_head, 1]</summary>
    KeyValueHeadScale,

    /// <summary>[batch, pos, d_vocab]</summary>
    Logits,
}

/// <summary>A kind of activation that a transformer has, under TransformerLens' name; the table is closed.</summary>
public sealed class Site
{
    static readonly List<Site> Table = [];

    Site(string name, SiteShape shape, string meaning)
    {
        (Name, Shape, Meaning, Index) = (name, shape, meaning, Table.Count);
        Table.Add(this);
    }

    /// <summary>Token embedding, scaled where the family scales it.</summary>
    public static Site Embed { get; } = new("hook_embed", SiteShape.Residual, "token embedding");

    /// <summary>Learned position embedding.</summary>
    public static Site PosEmbed { get; } = new("hook_pos_embed", SiteShape.Residual, "learned position embedding");

    /// <summary>Residual stream entering a block.</summary>
    public static Site ResidPre { get; } =
        new("blocks.{}.hook_resid_pre", SiteShape.Residual, "residual stream entering the block");

    /// <summary>Scale of the norm before attention.</summary>
    public static Site Ln1Scale { get; } = new("blocks.{}.ln1.hook_scale", SiteShape.Scale, "scale of the norm before attention");

    /// <summary>Output of the norm before attention, before gain and bias.</summary>
    public static Site Ln1Normalized { get; } =
        new("blocks.{}.ln1.hook_normalized", SiteShape.Residual, "output of the norm before attention, before gain and bias");

    /// <summary>What each head's queries read, before the norm.</summary>
    public static Site QInput { get; } =
        new("blocks.{}.hook_q_input", SiteShape.HeadResidual, "what each head's query reads, before the norm");

    /// <summary>What each head's keys read, before the norm.</summary>
    public static Site KInput { get; } =
        new("blocks.{}.hook_k_input", SiteShape.HeadResidual, "what each head's key reads, before the norm");

    /// <summary>What each head's values read, before the norm.</summary>
    public static Site VInput { get; } =
        new("blocks.{}.hook_v_input", SiteShape.HeadResidual, "what each head's value reads, before the norm");

    /// <summary>Queries, before rotary embedding.</summary>
    public static Site Q { get; } = new("blocks.{}.attn.hook_q", SiteShape.Heads, "queries, before rotary embedding");

    /// <summary>Keys, before rotary embedding.</summary>
    public static Site K { get; } = new("blocks.{}.attn.hook_k", SiteShape.KeyValueHeads, "keys, before rotary embedding");

    /// <summary>Values.</summary>
    public static Site V { get; } = new("blocks.{}.attn.hook_v", SiteShape.KeyValueHeads, "values");

    /// <summary>Scale of the norm of each head's queries.</summary>
    public static Site QNormScale { get; } =
        new("blocks.{}.attn.q_norm.hook_scale", SiteShape.HeadScale, "scale of the norm of each head's queries");

    /// <summary>Queries after their norm, before its gain.</summary>
    public static Site QNormNormalized { get; } =
        new("blocks.{}.attn.q_norm.hook_normalized", SiteShape.Heads, "queries after their norm, before its gain");

    /// <summary>Scale of the norm of each head's keys.</summary>
    public static Site KNormScale { get; } =
        new("blocks.{}.attn.k_norm.hook_scale", SiteShape.KeyValueHeadScale, "scale of the norm of each head's keys");

    /// <summary>Keys after their norm, before its gain.</summary>
    public static Site KNormNormalized { get; } =
        new("blocks.{}.attn.k_norm.hook_normalized", SiteShape.KeyValueHeads, "keys after their norm, before its gain");

    /// <summary>Queries after rotary embedding.</summary>
    public static Site RotQ { get; } = new("blocks.{}.attn.hook_rot_q", SiteShape.Heads, "queries after rotary embedding");

    /// <summary>Keys after rotary embedding.</summary>
    public static Site RotK { get; } = new("blocks.{}.attn.hook_rot_k", SiteShape.KeyValueHeads, "keys after rotary embedding");

    /// <summary>Attention scores before softmax, −∞ where masked.</summary>
    public static Site AttnScores { get; } =
        new("blocks.{}.attn.hook_attn_scores", SiteShape.Pattern, "attention scores before softmax");

    /// <summary>Attention pattern after softmax.</summary>
    public static Site Pattern { get; } =
        new("blocks.{}.attn.hook_pattern", SiteShape.Pattern, "attention pattern after softmax");

    /// <summary>Values mixed by the pattern, before W_O.</summary>
    public static Site Z { get; } = new("blocks.{}.attn.hook_z", SiteShape.Heads, "values mixed by the pattern, before W_O");

    /// <summary>What each head adds to the residual stream, without the output bias.</summary>
    public static Site Result { get; } =
        new("blocks.{}.attn.hook_result", SiteShape.HeadResidual, "what each head adds to the residual stream");

    /// <summary>What attention writes, before the norm that follows; only where one does.</summary>
    public static Site AttnModuleOut { get; } =
        new("blocks.{}.attn.hook_out", SiteShape.Residual, "what attention writes, before the norm after it");

    /// <summary>Scale of the norm after attention.</summary>
    public static Site Ln1PostScale { get; } =
        new("blocks.{}.ln1_post.hook_scale", SiteShape.Scale, "scale of the norm after attention");

    /// <summary>Output of the norm after attention, before its gain.</summary>
    public static Site Ln1PostNormalized { get; } =
        new("blocks.{}.ln1_post.hook_normalized", SiteShape.Residual, "output of the norm after attention, before its gain");

    /// <summary>What attention adds to the residual stream.</summary>
    public static Site AttnOut { get; } =
        new("blocks.{}.hook_attn_out", SiteShape.Residual, "what attention adds to the residual stream");

    /// <summary>Residual stream after attention was added.</summary>
    public static Site ResidMid { get; } =
        new("blocks.{}.hook_resid_mid", SiteShape.Residual, "residual stream between attention and MLP");

    /// <summary>What the MLP reads, before the norm.</summary>
    public static Site MlpIn { get; } = new("blocks.{}.hook_mlp_in", SiteShape.Residual, "what the MLP reads, before the norm");

    /// <summary>Scale of the norm before the MLP.</summary>
    public static Site Ln2Scale { get; } = new("blocks.{}.ln2.hook_scale", SiteShape.Scale, "scale of the norm before the MLP");

    /// <summary>Output of the norm before the MLP, before gain and bias.</summary>
    public static Site Ln2Normalized { get; } =
        new("blocks.{}.ln2.hook_normalized", SiteShape.Residual, "output of the norm before the MLP, before gain and bias");

    /// <summary>MLP neurons before the non-linearity; of a gated MLP, the gate's.</summary>
    public static Site MlpPre { get; } = new("blocks.{}.mlp.hook_pre", SiteShape.Mlp, "MLP neurons before the non-linearity");

    /// <summary>Linear branch of a gated MLP.</summary>
    public static Site MlpPreLinear { get; } =
        new("blocks.{}.mlp.hook_pre_linear", SiteShape.Mlp, "linear branch of a gated MLP");

    /// <summary>MLP neurons after the non-linearity; of a gated MLP, multiplied by the linear branch.</summary>
    public static Site MlpPost { get; } = new("blocks.{}.mlp.hook_post", SiteShape.Mlp, "MLP neurons after the non-linearity");

    /// <summary>What the MLP writes, before the norm that follows; only where one does.</summary>
    public static Site MlpModuleOut { get; } =
        new("blocks.{}.mlp.hook_out", SiteShape.Residual, "what the MLP writes, before the norm after it");

    /// <summary>Scale of the norm after the MLP.</summary>
    public static Site Ln2PostScale { get; } =
        new("blocks.{}.ln2_post.hook_scale", SiteShape.Scale, "scale of the norm after the MLP");

    /// <summary>Output of the norm after the MLP, before its gain.</summary>
    public static Site Ln2PostNormalized { get; } =
        new("blocks.{}.ln2_post.hook_normalized", SiteShape.Residual, "output of the norm after the MLP, before its gain");

    /// <summary>What the MLP adds to the residual stream.</summary>
    public static Site MlpOut { get; } =
        new("blocks.{}.hook_mlp_out", SiteShape.Residual, "what the MLP adds to the residual stream");

    /// <summary>Residual stream leaving a block.</summary>
    public static Site ResidPost { get; } =
        new("blocks.{}.hook_resid_post", SiteShape.Residual, "residual stream leaving the block");

    /// <summary>Scale of the final norm.</summary>
    public static Site LnFinalScale { get; } = new("ln_final.hook_scale", SiteShape.Scale, "scale of the final norm");

    /// <summary>Output of the final norm, before gain and bias.</summary>
    public static Site LnFinalNormalized { get; } =
        new("ln_final.hook_normalized", SiteShape.Residual, "output of the final norm, before gain and bias");

    /// <summary>Logits.</summary>
    public static Site Logits { get; } = new("logits", SiteShape.Logits, "logits");

    /// <summary>Every site, in the order in which a forward pass comes by.</summary>
    public static IReadOnlyList<Site> All => Table;

    /// <summary>The name, with <c>{}</c> where the layer goes.</summary>
    public string Name { get; }

    /// <summary>How the activation is laid out.</summary>
    public SiteShape Shape { get; }

    /// <summary>What it is, in a few words.</summary>
    public string Meaning { get; }

    /// <summary>Whether every layer has one.</summary>
    public bool IsPerLayer => Name.Contains("{}", StringComparison.Ordinal);

    /// <summary>Whether it has a head axis that an address can narrow.</summary>
    public bool HasHeads => Shape is SiteShape.Heads or SiteShape.KeyValueHeads or SiteShape.HeadResidual or SiteShape.Pattern
        or SiteShape.HeadScale or SiteShape.KeyValueHeadScale;

    /// <summary>Whether it has an axis of neurons that an address can narrow.</summary>
    public bool HasNeurons => Shape == SiteShape.Mlp;

    /// <summary>Whether keys and values are made from it: it is there at all positions even where logits are not.</summary>
    internal bool IsBeforeQueries => this == ResidPre || this == Ln1Scale || this == Ln1Normalized
        || this == K || this == KNormScale || this == KNormNormalized || this == RotK || this == V;

    internal int Index { get; }

    /// <summary>The whole activation: of one layer for a site that every layer has.</summary>
    public Address At(int? layer = null) => new(this, layer);

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
