namespace Hooke.Models;

/// <summary>
/// Gemma 2: Gemma with norms after attention and MLP too, soft caps on scores and logits, a scale of scores of its own, and
/// windows in every other layer, the first one included.
/// </summary>
sealed class Gemma2 : Gemma
{
    public override string ModelType => "gemma2";

    public override TransformerConfig Read(ConfigFile config) => WithPostNorms(config, base.Read(config)) with
    {
        AttnSoftCap = config.CapOr("attn_logit_softcapping", 50),
        LogitSoftCap = config.CapOr("final_logit_softcapping", 30),
    };

    /// <summary>What Gemma 2 and 3 share.</summary>
    /// <param name="config">The file.</param>
    /// <param name="gemma">The config of Gemma.</param>
    /// <param name="pattern">Every so many layers, one sees all keys.</param>
    public static TransformerConfig WithPostNorms(ConfigFile config, TransformerConfig gemma, int pattern = 2) =>
        Windows.Read(config, gemma, 4096, layer => (layer + 1) % pattern != 0) with
        {
            HasPostNorms = true,
            AttnScale = 1 / MathF.Sqrt(config.NumberOr("query_pre_attn_scalar", 256)),
        };
}
