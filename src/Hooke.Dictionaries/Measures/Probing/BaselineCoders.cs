using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>Dictionaries that nobody trained, of the same site: what a score has to beat to mean anything.</summary>
public static class BaselineCoders
{
    /// <summary>The numbers of the activation themselves, less their mean, each a latent of either sign.</summary>
    /// <param name="site">The site.</param>
    /// <param name="activations">[rows, width], of which the mean is taken; null for a mean of 0.</param>
    public static SparseCoder Neurons(CoderSite site, Tensor? activations = null)
    {
        Tensor directions = Tensor.Zeros(site.Width, site.Width);
        for (int i = 0; i < site.Width; i++)
            directions.Data[(i * site.Width) + i] = 1;
        Tensor mean = activations is null ? Tensor.Zeros(site.Width) : Mean(activations);
        return Of(site, directions, mean, site.Width, isRectified: false);
    }

    /// <summary>The principal components of activations, each a latent of either sign.</summary>
    /// <param name="site">The site.</param>
    /// <param name="activations">[rows, width]</param>
    public static SparseCoder PrincipalComponents(CoderSite site, Tensor activations)
    {
        Tensor mean = Mean(activations);
        using Tensor centred = activations.Clone();
        for (int r = 0; r < centred.Shape[0]; r++)
            for (int j = 0; j < site.Width; j++)
                centred.Data[(r * site.Width) + j] -= mean.Data[j];
        Tensor directions = SingularValueDecomposition.Of(Matrix.TransposedProduct(centred, centred)).V.Transposed().ToTensor();
        return Of(site, directions, mean, site.Width, isRectified: false);
    }

    /// <summary>Random unit vectors; of each activation less the mean, the k latents of largest product fire.</summary>
    /// <param name="site">The site.</param>
    /// <param name="activations">[rows, width], of which the mean is taken.</param>
    /// <param name="nLatents">How many.</param>
    /// <param name="k">How many of them fire.</param>
    /// <param name="seed">Of the directions.</param>
    public static SparseCoder RandomDirections(CoderSite site, Tensor activations, int nLatents, int k, ulong seed)
    {
        Rng rng = new Rng(seed).Fork("random directions");
        Tensor directions = Tensor.Zeros(nLatents, site.Width);
        for (int i = 0; i < nLatents; i++)
        {
            Span<float> row = LatentPlace.Row(directions, i, site.Width);
            for (int j = 0; j < row.Length; j++)
                row[j] = rng.Normal((ulong)((i * (long)site.Width) + j));
            float norm = MathF.Sqrt(Reduce.SumOfSquares(row));
            foreach (ref float value in row)
                value /= norm;
        }
        return Of(site, directions, Mean(activations), Math.Clamp(k, 1, nLatents), isRectified: true);
    }

    // Encodes and decodes by the same directions.
    static SparseCoder Of(CoderSite site, Tensor directions, Tensor mean, int k, bool isRectified)
    {
        int nLatents = directions.Shape[0], width = site.Width;
        Tensor encoder = Tensor.Zeros(width, nLatents);
        for (int i = 0; i < nLatents; i++)
            for (int j = 0; j < width; j++)
                encoder.Data[(j * nLatents) + i] = directions.Data[(i * width) + j];
        return new SparseCoder(
            new CoderConfig
            {
                Kind = CoderKind.TopK,
                Inputs = [site],
                Outputs = [site],
                NLatents = nLatents,
                K = k,
                IsRectified = isRectified,
                SubtractsDecoderBias = true,
                FlattensHeads = true,
            },
            new CoderWeights
            {
                Encoder = encoder.AsConstant(),
                EncoderBias = Tensor.Zeros(nLatents),
                Decoders = [new CoderDecoder { Weight = directions, Bias = mean }],
            });
    }

    static Tensor Mean(Tensor activations)
    {
        int width = activations.Shape[1];
        double[] sums = new double[width];
        for (int r = 0; r < activations.Shape[0]; r++)
            for (int j = 0; j < width; j++)
                sums[j] += activations.Data[(r * width) + j];
        return Tensor.From([.. sums.Select(sum => (float)(sum / activations.Shape[0]))], width);
    }
}
