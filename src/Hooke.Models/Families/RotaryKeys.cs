using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Rotary embeddings as configs describe them, in the layout of transformers 4 or that of 5.</summary>
static class RotaryKeys
{
    const double LargestTheta = 1e15, LargestFactor = 1e6;

    /// <summary>
    /// Transformers 5 has `rope_parameters`, with a part for each kind of layer where they differ; transformers 4 has
    /// `rope_theta` and `rope_scaling`.
    /// </summary>
    /// <param name="config">The file.</param>
    /// <param name="dHead">Width of a head.</param>
    /// <param name="theta">The base where the file gives none.</param>
    /// <param name="kind">The kind of layer, for families with several.</param>
    /// <exception cref="InputException">A value is of the wrong kind, or the scaling is not supported.</exception>
    public static RotaryConfig Read(ConfigFile config, int dHead, double theta = 10_000, string? kind = null) =>
        Parameters(config, kind) is { } parameters
            ? Read(parameters, parameters, config, dHead, theta)
            : Read(config, config.Nested("rope_scaling"), config, dHead, theta);

    /// <summary>Gemma 3's windowed layers: a part of `rope_parameters`, or `rope_local_base_freq`.</summary>
    /// <exception cref="InputException">A value is of the wrong kind, or the scaling is not supported.</exception>
    public static RotaryConfig Windowed(ConfigFile config, int dHead) =>
        Parameters(config, "sliding_attention") is { } parameters
            ? Read(parameters, parameters, config, dHead, 10_000)
            : new() { Theta = Theta(config, "rope_local_base_freq", 10_000) };

    /// <summary>GPT-NeoX: only the first dimensions of a head are turned, and the keys of transformers 4 are others.</summary>
    /// <exception cref="InputException">A value is of the wrong kind, or the scaling is not supported.</exception>
    public static RotaryConfig Partial(ConfigFile config, int dHead)
    {
        ConfigFile? parameters = Parameters(config, null);
        double share = parameters is null
            ? config.NumberOr("rotary_pct", 0.25f)
            : parameters.NumberOr("partial_rotary_factor", config.NumberOr("rotary_pct", 0.25f));
        double dimensions = Math.Floor(dHead * share);
        if (share > 1 || dimensions < 2 || dimensions % 2 != 0)
            throw new InputException(
                $"{config.Path}: a share of {share} of heads {dHead} wide is turned, which is no even number of dimensions");
        double theta = Theta(config, "rotary_emb_base", 10_000);
        RotaryConfig whole = parameters is not null
            ? Plain(parameters, parameters, config, theta)
            : Plain(config, config.Nested("rope_scaling"), config, theta);
        return whole with { Dimensions = (int)dimensions };
    }

    static ConfigFile? Parameters(ConfigFile config, string? kind)
    {
        ConfigFile? all = config.Nested("rope_parameters");
        return kind is null || all is null ? all : all.Nested(kind) ?? (all.Has("full_attention") ? null : all);
    }

    static RotaryConfig Read(ConfigFile holder, ConfigFile? scaling, ConfigFile root, int dHead, double theta)
    {
        if (holder.NumberOr("partial_rotary_factor", 1) != 1)
            throw new InputException(
                $"{holder.Path}: 'partial_rotary_factor' is not supported for {root.TextOr("model_type", "this family")}; "
                + $"all {dHead} dimensions of a head are turned");
        return Plain(holder, scaling, root, theta);
    }

    static RotaryConfig Plain(ConfigFile holder, ConfigFile? scaling, ConfigFile root, double theta) => new()
    {
        Theta = Theta(holder, "rope_theta", theta),
        Scaling = scaling is null ? null : Scaling(scaling, root),
    };

    static RotaryScaling? Scaling(ConfigFile scaling, ConfigFile root)
    {
        string kind = scaling.TextOr("rope_type", null) ?? scaling.TextOr("type", "default")!;
        return kind switch
        {
            "default" => null,
            "linear" => new LinearScaling(Factor(scaling)),
            "llama3" => Llama3(scaling, root),
            _ => throw new InputException(
                $"{scaling.Path}: rotary scaling '{kind}' is not supported; supported are default, linear and llama3"),
        };
    }

    static Llama3Scaling Llama3(ConfigFile scaling, ConfigFile root)
    {
        double low = scaling.Number("low_freq_factor"), high = scaling.Number("high_freq_factor");
        if (high <= low)
            throw new InputException($"{scaling.Path}: 'high_freq_factor' = {high} is not above 'low_freq_factor' = {low}");
        int context = scaling.SizeOr("original_max_position_embeddings",
            root.SizeOr("original_max_position_embeddings", root.SizeOr("max_position_embeddings", 8192)));
        return new(Factor(scaling), low, high, context);
    }

    static double Factor(ConfigFile scaling) => scaling.Number("factor") is var factor && factor is >= 1 and <= LargestFactor
        ? factor
        : throw new InputException($"{scaling.Path}: 'factor' = {factor} is not between 1 and {LargestFactor:g6}");

    static double Theta(ConfigFile config, string key, double whenAbsent) =>
        config.DoubleOr(key, whenAbsent) is var theta && theta is >= 1 and <= LargestTheta
            ? theta
            : throw new InputException($"{config.Path}: '{key}' = {theta} is not between 1 and {LargestTheta:g6}");
}
