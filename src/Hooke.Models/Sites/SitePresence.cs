namespace Hooke.Models;

/// <summary>Which sites a transformer has.</summary>
static class SitePresence
{
    /// <summary>What a transformer lacks that a site is of, as the end of "this model …"; null where it has it.</summary>
    public static string? Lack(this TransformerConfig config, Site site)
    {
        if (site == Site.PosEmbed)
            return config.HasPositionTable ? null
                : config.Positions == PositionKind.Rotary ? "has no position embedding, but turns queries and keys"
                : "has no position embedding";
        if (site == Site.RotQ || site == Site.RotK)
            return config.Positions == PositionKind.Rotary ? null : "has no rotary embedding";
        if (IsQKNorm(site))
            return config.HasQKNorm ? null : "has no norms of queries and keys";
        if (IsPostNorm(site))
            return !config.HasPostNorms
                ? "has no norms after attention and MLP: what they write is hook_attn_out and hook_mlp_out"
                : IsMlp(site) && !config.HasMlp ? "has attention only" : null;
        if (IsMlp(site) && !config.HasMlp)
            return "has attention only";
        if (IsNorm(site) && !config.HasNorms)
            return "has no norms";
        if (site == Site.ResidMid)
            return config.IsParallel ? "adds attention and MLP to the stream together: there is nothing between"
                : config.HasMlp ? null : "has attention only: hook_resid_post follows";
        return site == Site.MlpPreLinear && !config.IsGated ? "has no gated MLP" : null;
    }

    static bool IsQKNorm(Site site) => site == Site.QNormScale || site == Site.QNormNormalized
        || site == Site.KNormScale || site == Site.KNormNormalized;

    static bool IsPostNorm(Site site) => site == Site.AttnModuleOut || site == Site.MlpModuleOut
        || site == Site.Ln1PostScale || site == Site.Ln1PostNormalized
        || site == Site.Ln2PostScale || site == Site.Ln2PostNormalized;

    static bool IsMlp(Site site) => site == Site.MlpIn || site == Site.Ln2Scale || site == Site.Ln2Normalized
        || site == Site.MlpPre || site == Site.MlpPreLinear || site == Site.MlpPost || site == Site.MlpOut
        || site == Site.MlpModuleOut || site == Site.Ln2PostScale || site == Site.Ln2PostNormalized;

    static bool IsNorm(Site site) => site == Site.Ln1Scale || site == Site.Ln1Normalized || site == Site.Ln2Scale
        || site == Site.Ln2Normalized || site == Site.LnFinalScale || site == Site.LnFinalNormalized;
}
