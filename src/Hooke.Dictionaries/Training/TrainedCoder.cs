using System.Globalization;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>The weights of one coder in training: a row for each latent, of the encoder and of all its decoders.</summary>
sealed class TrainedCoder : IDisposable
{
    /// <param name="recipe">The recipe.</param>
    /// <param name="place">Where it reads and writes.</param>
    /// <param name="index">Which of the set it is.</param>
    /// <param name="sites">The index of each output among the targets.</param>
    public TrainedCoder(TrainingRecipe recipe, CoderPlace place, int index, int[] sites)
    {
        (Place, Sites) = (place, sites);
        DIn = place.Inputs.Sum(site => site.Width);
        Offsets = new int[place.Outputs.Count + 1];
        for (int o = 0; o < place.Outputs.Count; o++)
            Offsets[o + 1] = Offsets[o] + place.Outputs[o].Width;
        Subtracts = recipe.SubtractsDecoderBias ?? place.ReadsWhatItWrites;
        Unfired = new int[recipe.NLatents];
        string prefix = string.Create(CultureInfo.InvariantCulture, $"coders.{index}.");
        int n = recipe.NLatents;
        Encoder = new(prefix + "W_enc", n, DIn);
        EncoderBias = new(prefix + "b_enc", n);
        Decoder = new(prefix + "W_dec", n, Offsets[^1]);
        Skip = recipe.HasSkip ? new(prefix + "W_skip", DIn, place.Outputs[0].Width) : null;
        if (recipe.Kind == CoderKind.Gated)
            (MagnitudeScale, MagnitudeBias) = (new(prefix + "r_mag", n), new(prefix + "b_mag", n));
        if (recipe.Kind == CoderKind.JumpRelu)
            LogThreshold = new(prefix + "log_threshold", n);
        Begin(recipe, new Rng(recipe.Seed).Fork("weights").Fork(index));
    }

    public CoderPlace Place { get; }

    /// <summary>Width of the input.</summary>
    public int DIn { get; }

    /// <summary>Which target each output is.</summary>
    public int[] Sites { get; }

    /// <summary>Where each output begins in a row of <see cref="Decoder"/>; at last the row's length.</summary>
    public int[] Offsets { get; }

    /// <summary>Whether the decoder's bias is taken from the input.</summary>
    public bool Subtracts { get; }

    /// <summary>W_enc [n_latents, d_in]</summary>
    public Parameter Encoder { get; }

    /// <summary>b_enc [n_latents]; of a gated coder the gate's.</summary>
    public Parameter EncoderBias { get; }

    /// <summary>W_dec [n_latents, Σ d_out]</summary>
    public Parameter Decoder { get; }

    /// <summary>W_skip [d_in, d_out of the first output]</summary>
    public Parameter? Skip { get; }

    public Parameter? MagnitudeScale { get; }

    public Parameter? MagnitudeBias { get; }

    public Parameter? LogThreshold { get; }

    /// <summary>Rows since each latent was active, no more than it takes to be dead.</summary>
    public int[] Unfired { get; }

    /// <summary>The threshold that BatchTopK keeps for inference.</summary>
    public float KeptThreshold { get; set; }

    /// <summary>All weights, in a fixed order.</summary>
    public IEnumerable<Parameter> Parameters => new[]
    {
        Encoder, EncoderBias, Decoder, Skip, MagnitudeScale, MagnitudeBias, LogThreshold,
    }.OfType<Parameter>();

    /// <summary>exp of a weight [n_latents].</summary>
    public static float[] Exponentials(Parameter logarithms)
    {
        float[] y = new float[logarithms.Value.Shape.Count];
        Elementary.Exp(logarithms.Value.Data, y);
        return y;
    }

    /// <summary>‖W_dec‖ of each latent, over all outputs.</summary>
    public float[] DecoderNorms()
    {
        float[] norms = new float[Unfired.Length];
        Work.For(norms.Length, 256, (start, end) =>
        {
            for (int i = start; i < end; i++)
                norms[i] = MathF.Sqrt(Reduce.SumOfSquares(Decoder.Row(i)));
        });
        return norms;
    }

    /// <summary>Above what p takes part in a step, for kinds where that is the latent's own affair.</summary>
    public float[]? Bounds(TrainingRecipe recipe)
    {
        const float Window = 0.5001f; // a little more than the kernel's: whether p is in it is decided later
        if (LogThreshold is not null)
            return [.. Exponentials(LogThreshold).Select(threshold => threshold - (recipe.Threshold.Bandwidth * Window))];
        return recipe.Kind is CoderKind.Relu or CoderKind.Gated ? new float[recipe.NLatents] : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Parameter parameter in Parameters)
            parameter.Dispose();
    }

    void Begin(TrainingRecipe recipe, Rng rng)
    {
        float norm = recipe.Decoder.UnitNorm ? 1 : recipe.Decoder.InitialNorm;
        int first = Offsets[1];
        Work.For(recipe.NLatents, 64, (start, end) =>
        {
            for (int i = start; i < end; i++)
            {
                Draw(rng.Fork("decoder").Fork(i), Decoder.Row(i), norm);
                if (Offsets[^1] == DIn) // the encoder is the decoder's transpose
                    Decoder.Row(i).CopyTo(Encoder.Row(i));
                else if (first == DIn) // that of the own layer's decoder
                    Scaled(Decoder.Row(i)[..first], Encoder.Row(i), norm);
                else
                    Draw(rng.Fork("encoder").Fork(i), Encoder.Row(i), norm);
            }
        });
        LogThreshold?.Value.Data.Fill(Elementary.Log(recipe.Threshold.Initial));
    }

    static void Draw(Rng rng, Span<float> row, float norm)
    {
        for (int i = 0; i < row.Length; i++)
            row[i] = rng.Normal((ulong)i);
        Scaled(row, row, norm);
    }

    /// <summary>A row at another length; one of no length stays so.</summary>
    public static void Scaled(ReadOnlySpan<float> row, Span<float> to, float norm)
    {
        float length = MathF.Sqrt(Reduce.SumOfSquares(row)), factor = length > 0 ? norm / length : 0;
        for (int i = 0; i < row.Length; i++)
            to[i] = row[i] * factor;
    }
}
