namespace Hooke.Models;

/// <summary>
/// Gemma 3's text models: Gemma 2 without caps, with a norm on each head's queries and keys, windows in five layers of six,
/// and in these a rotary embedding of their own.
/// </summary>
class Gemma3Text : Gemma
{
    public override string ModelType => "gemma3_text";

    public override TransformerConfig Read(ConfigFile config)
    {
        int pattern = config.SizeOr("sliding_window_pattern", config.SizeOr("_sliding_window_pattern", 6));
        TransformerConfig gemma = base.Read(config);
        return Gemma2.WithPostNorms(config, gemma, pattern) with
        {
            NCtx = config.SizeOr("max_position_embeddings", 131_072),
            HasQKNorm = true,
            AttnSoftCap = config.CapOr("attn_logit_softcapping", null),
            LogitSoftCap = config.CapOr("final_logit_softcapping", null),
            Rotary = RotaryKeys.Read(config, gemma.DHead, 1_000_000, "full_attention"),
            WindowedRotary = RotaryKeys.Windowed(config, gemma.DHead),
        };
    }
}
