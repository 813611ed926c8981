namespace Hooke.Dictionaries;

/// <summary>What a latent's activation is, given what the encoder's product gave for it.</summary>
sealed class LatentFunction
{
    readonly CoderKind _kind;
    readonly float[] _thresholds = [], _scales = [], _gates = [], _magnitudes = [];

    public LatentFunction(TrainingRecipe recipe, TrainedCoder coder)
    {
        _kind = recipe.Kind;
        if (coder.LogThreshold is not null)
            _thresholds = TrainedCoder.Exponentials(coder.LogThreshold);
        if (coder.MagnitudeScale is null)
            return;
        _scales = TrainedCoder.Exponentials(coder.MagnitudeScale);
        _gates = coder.EncoderBias.Value.Data.ToArray();
        _magnitudes = coder.MagnitudeBias!.Value.Data.ToArray();
    }

    /// <summary>f of one that takes part, from p; for a gated coder from the product g.</summary>
    public float Of(int latent, float p) => _kind switch
    {
        CoderKind.JumpRelu => p > _thresholds[latent] ? p : 0,
        CoderKind.Gated => MathF.Max(Magnitude(latent, p), 0),
        _ => p,
    };

    /// <summary>JumpReLU's θ.</summary>
    public float Threshold(int latent) => _thresholds[latent];

    /// <summary>exp(r_mag) of a gated coder.</summary>
    public float Scale(int latent) => _scales[latent];

    /// <summary>π = g + b_gate of a gated coder.</summary>
    public float Gate(int latent, float g) => g + _gates[latent];

    /// <summary>g · exp(r_mag) + b_mag of a gated coder.</summary>
    public float Magnitude(int latent, float g) => (g * _scales[latent]) + _magnitudes[latent];
}
